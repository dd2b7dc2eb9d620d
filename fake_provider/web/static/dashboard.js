// What pages do beside htmx: copy buttons, ages of times, a menu that closes, and saying what is new. Every page works without.
(() => {
  "use strict";

  // Copying

  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // where the page is neither local nor by TLS
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("not copied");
  };

  const announce = (text) => {
    document.getElementById("announcement").textContent = text;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await copy(source.textContent);
    } catch {
      getSelection().selectAllChildren(source);
      announce("The browser does not let this page copy; the text is selected");
      return;
    }
    button.classList.add("copied");
    announce("Copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  });

  const showCopyButtons = (root) => {
    for (const button of root.querySelectorAll("button.copy[hidden]")) button.hidden = false;
  };

  // Ages: told by the server in seconds of the fake's clock, which stands still where it is frozen

  const UNITS = [[172800, 86400, "days"], [7200, 3600, "hours"], [120, 60, "min"], [5, 1, "s"]];

  const inWords = (seconds) => {
    for (const [least, unit, name] of UNITS) {
      if (Math.abs(seconds) < least) continue;
      const count = Math.floor(Math.abs(seconds) / unit);
      return seconds > 0 ? `${count} ${name} ago` : `in ${count} ${name}`;
    }
    return "just now";
  };

  const began = new WeakMap();

  const tellAges = () => {
    if ("frozen" in document.body.dataset) return;
    const now = performance.now();
    for (const time of document.querySelectorAll("time[data-age]")) {
      const told = began.get(time);
      if (!told || told.age !== time.dataset.age) began.set(time, { age: time.dataset.age, at: now });
      const { age, at } = began.get(time);
      const words = inWords(Number(age) + (now - at) / 1000);
      if (time.textContent !== words) time.textContent = words;
    }
  };

  // What is new

  const newest = () => document.querySelector("#live .rows > li, #live .bubbles > li:last-child")?.id;
  let seen;

  const refreshed = () => {
    showCopyButtons(document);
    tellAges();
    const id = newest();
    if (id && seen !== undefined && id !== seen) announce("Something new has arrived");
    seen = id ?? "";
  };

  document.addEventListener("htmx:after:swap", refreshed);

  // What is lost: a page whose server is gone looks as alive as before

  const lost = document.getElementById("lost");
  document.addEventListener("htmx:error", () => { lost.hidden = false; });
  document.addEventListener("htmx:after:request", () => { lost.hidden = true; });

  // The clocks

  const told = performance.now();
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-moment][data-runs]")) {
      const now = new Date(Number(clock.dataset.moment) * 1000 + performance.now() - told);
      clock.textContent = `${now.toISOString().replace("T", " ").replace(/\..*/, "")} UTC`;
    }
  };

  // The account menu

  const menu = document.querySelector("details.menu");
  document.addEventListener("click", (event) => {
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu?.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A page that is loaded again has not done it again

  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    history.replaceState(history.state, "", address);
  }

  refreshed();
  setInterval(() => { tellAges(); tick(); }, 1000);
})();
