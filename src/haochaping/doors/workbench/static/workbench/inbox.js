// The list of orders: keys, and beside it the order that was opened. Without this file its rows are links.

const WIDE = matchMedia("(min-width: 1100px)");
const NOBODY = "00000000-0000-0000-0000-000000000000";
const OFF = "desk.keys.off";

const links = () => [...document.querySelectorAll("a[data-order]")];
let asked = "";
const here = () => links().indexOf(document.activeElement?.closest("tr")?.querySelector("a[data-order]"));

/** Opens an order beside the list; false where there is no room, so that the link leads to its page. */
function openBeside(link) {
  const whole = document.querySelector("[data-beside]");
  const pane = whole?.querySelector(".pane");
  if (!pane || !WIDE.matches) return false;
  asked = link.href;
  fetch(link.href, { headers: { Accept: "text/html" } })
    .then((answer) => {
      // Whoever has been logged out is sent to the log-in page, which does not belong into a corner.
      if (answer.redirected) throw new Error("elsewhere");
      return answer.text();
    })
    .then((text) => {
      // Another one was asked for meanwhile.
      if (asked !== link.href) return;
      const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
      pane.replaceChildren(...main.childNodes);
      pane.querySelector(".back")?.remove();
      pane.hidden = false;
      document.dispatchEvent(new Event("pane:shown"));
      whole.classList.add("open");
      for (const other of links()) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      link.parentElement.querySelector("[data-new]")?.remove();
      // The address names the order, so that it can be loaded again or kept.
      history.replaceState(null, "", `#${link.id}`);
      pane.focus({ preventScroll: true });
      pane.scrollTop = 0;
    })
    .catch(() => location.assign(link.href));
  return true;
}

/** Opens the order that the address names: beside the list, or on its page where it is not on the list any more. */
function openNamed() {
  const [, number] = location.hash.match(/^#order-([0-9a-f-]{36})$/) ?? [];
  if (!number) return;
  const link = document.getElementById(`order-${number}`);
  if (!link) location.replace(document.querySelector("[data-beside]").dataset.beside.replace(NOBODY, number));
  else openBeside(link);
}

function openByClick() {
  for (const link of links()) {
    link.addEventListener("click", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      if (plain && openBeside(link)) event.preventDefault();
    });
  }
}

/** Moves to the next order or the one before: from the one in focus, or the one that is open; else to the first or last. */
function move(step) {
  const all = links();
  const at = here() < 0 ? all.findIndex((link) => link.hasAttribute("aria-current")) : here();
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  all[next]?.focus();
}

const DOES = {
  j: () => move(1),
  k: () => move(-1),
  x: () => links()[here()]?.closest("tr").querySelector("input[name=order]")?.click(),
  "/": () => {
    const field = document.getElementById("filter_number");
    if (!field) return;
    field.closest("details").open = true;
    field.focus();
  },
  "?": () => {
    const help = document.querySelector("[data-keys]");
    help.open = !help.open;
    help.querySelector("summary").focus();
  },
};

/** Whether somebody writes there, or chooses by typing: their keys are their own. */
function isField(element) {
  return element.matches("input:not([type=checkbox], [type=button], [type=submit]), select, textarea, [contenteditable]");
}

const remembered = {
  get off() {
    try {
      return localStorage.getItem(OFF) === "yes";
    } catch {
      return false;
    }
  },
  set off(value) {
    try {
      localStorage.setItem(OFF, value ? "yes" : "no");
    } catch {
      // A browser that keeps nothing forgets it with the page.
    }
  },
};

function listenForKeys() {
  const button = document.querySelector("[data-keys] button");
  let off = remembered.off;
  button.parentElement.hidden = false;
  button.setAttribute("aria-pressed", String(off));
  button.addEventListener("click", () => {
    off = !off;
    remembered.off = off;
    button.setAttribute("aria-pressed", String(off));
  });
  document.addEventListener("keydown", (event) => {
    if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isField(event.target) || !Object.hasOwn(DOES, event.key)) return;
    event.preventDefault();
    DOES[event.key]();
  });
}

if (document.querySelector("[data-keys]")) {
  openByClick();
  openNamed();
  listenForKeys();
}
