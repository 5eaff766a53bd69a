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

focusOnWhatChanged();
countCharacters();
copyText();
