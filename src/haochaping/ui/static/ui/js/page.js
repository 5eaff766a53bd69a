// Niceties only: every page works without this file. Each finds its own elements and leaves the rest alone.

/** After a step or an error, the reader starts at what has changed. */
function focusOnWhatChanged() {
  document.querySelector("[data-focus]")?.focus();
}

/** Says how many characters may still be written: <textarea maxlength="500" data-left="{n} left">. */
function countCharacters() {
  for (const area of document.querySelectorAll("textarea[maxlength][data-left]")) {
    const said = document.createElement("p");
    said.className = "hint";
    said.setAttribute("aria-live", "polite");
    const say = () => {
      // The server counts characters, not UTF-16 units.
      said.textContent = area.dataset.left.replace("{n}", String(area.maxLength - [...area.value].length));
    };
    area.after(said);
    area.addEventListener("input", say);
    say();
  }
}

/** Copies the text of the element named by data-copy; the button is hidden where this cannot work. */
function copyText() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    button.after(said);
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      said.textContent = button.dataset.copied;
    });
  }
}

/**
 * Puts back what was being written when the log-in ended: long texts of staff forms, in this tab only and for the same
 * person. A text is forgotten once it was sent and a page of the desk answered; a log-in page has not taken it.
 */
function keepDrafts() {
  const kept = sessionStorage;
  const sent = JSON.parse(kept.getItem("sent") ?? "[]");
  kept.removeItem("sent");
  const who = document.querySelector(".account[data-who]")?.dataset.who;
  if (!who || location.pathname.startsWith("/accounts/")) return;
  const drafts = () => Object.keys(kept).filter((key) => key.startsWith("draft "));
  for (const key of drafts()) {
    if (sent.includes(key) || !key.startsWith(`draft ${who} `)) kept.removeItem(key);
  }
  const key = (area) => `draft ${who} ${area.form.getAttribute("action") || location.pathname} ${area.name}`;
  const keep = (area) => kept.setItem(key(area), area.value);
  const putBack = () => {
    for (const area of document.querySelectorAll("form[method=post] textarea[name]")) {
      area.value ||= kept.getItem(key(area)) ?? "";
    }
  };
  putBack();
  document.addEventListener("pane:shown", putBack);
  document.addEventListener("input", ({ target }) => {
    if (target.matches("form[method=post] textarea[name]")) keep(target);
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.method !== "post") return;
    if (target.closest(".account")) drafts().forEach((one) => kept.removeItem(one));
    const areas = [...target.querySelectorAll("textarea[name]")];
    areas.forEach(keep);
    kept.setItem("sent", JSON.stringify(areas.map(key)));
  });
}

focusOnWhatChanged();
keepDrafts();
countCharacters();
copyText();
