// Keeps a screen as new as the site. Events say only that something has changed (decision 0063); everything shown is taken
// from the page itself, so that no number is worked out here. Without this file the page has a link that loads it again.

const AGAIN = 2_000; // between two tries of ours, in milliseconds; between its own the server says
const SILENCE = 20_000; // nobody has answered for so long: the connection is lost, whatever it looks like
const screen = document.querySelector("[data-events]");
const state = document.querySelector("[data-live]");

let source;
let heard = Date.now();
let answered = false;
let misses = 0;

/** Says how it stands, once: whoever listens is not told the same every two seconds. */
function say(kind) {
  if (document.body.dataset.connection === kind) return;
  document.body.dataset.connection = kind;
  const asOf = document.querySelector("[data-as-of]").textContent.trim();
  state.textContent = state.dataset[kind].replace("{as_of}", asOf);
}

/** What is shown is what there is. */
function confirmed() {
  heard = Date.now();
  misses = 0;
  say("live");
}

function connect() {
  answered = false;
  source = new EventSource(screen.dataset.events);
  source.addEventListener("open", () => {
    answered = true;
  });
  // Too many ask: that says nothing about what is shown.
  source.addEventListener("later", () => {
    answered = false;
  });
  source.addEventListener("figures", renew);
  source.addEventListener("error", () => {
    // Every answer ends, and the browser asks again by itself: only one that never began is a loss. One that ended without an
    // event says that all is as it is shown.
    if (answered) confirmed();
    else misses += 1;
    answered = false;
    if (misses > 1 || source.readyState === EventSource.CLOSED) say("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN);
  });
}

/** Takes the page anew. What it holds then is what is asked about next, so that no change falls between two answers. */
async function renew() {
  source.close();
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(SILENCE / 2) });
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    confirmed();
  } catch {
    say("lost");
  }
  setTimeout(connect, AGAIN);
}

function show(page) {
  const fresh = page.querySelector("[data-events]");
  const parts = fresh?.querySelectorAll("[data-fresh]");
  if (!parts) throw new Error("another page");
  const kept = left();
  screen.dataset.events = fresh.dataset.events;
  for (const [at, part] of [...screen.querySelectorAll("[data-fresh]")].entries()) {
    part.replaceChildren(...parts[at].childNodes);
  }
  putBack(kept);
}

const reached = () => [...screen.querySelectorAll("a, summary, [tabindex]")];

/** Where the reader is and what is unfolded, by place: the parts of the page are others afterwards. */
function left() {
  const open = [...screen.querySelectorAll("details")].map((one) => one.open);
  return { open, at: reached().indexOf(document.activeElement) };
}

function putBack({ open, at }) {
  for (const [place, one] of [...screen.querySelectorAll("details")].entries()) one.open = open[place] ?? false;
  reached()[at]?.focus({ preventScroll: true });
}

setInterval(() => {
  if (Date.now() - heard > SILENCE) say("lost");
}, 1_000);
connect();
