// What only the browser knows. When the colours of the page have changed, by the system or by the reader, the server is asked to draw in them;
// when a run takes long, a line says so, for those who see and for those who listen; and the menu is readable to them.

const DARK_BELOW = 128;

function isDark(app) {
  const colours = getComputedStyle(app).backgroundColor.match(/[\d.]+/g).map(Number);
  return (colours[0] + colours[1] + colours[2]) / 3 < DARK_BELOW;
}

function statusIn(parent) {
  const found = parent.querySelector(":scope > .planner-working");
  if (found) return found;
  const made = document.createElement("div");
  made.className = "planner-working";
  made.setAttribute("role", "status");
  return parent.appendChild(made);
}

function told(status, said) {
  const first = !document.querySelector("[data-testid=stMain] h1");
  status.classList.toggle("planner-first", Boolean(said) && first);
  if (status.textContent !== said) status.textContent = said;
}

// On a narrow screen Streamlit puts the menu into the sidebar, as a list with boxes between its items, which is no list to a screen reader.
function menuWithoutList() {
  document.querySelectorAll("[data-testid=stSidebarNavItems], [data-testid=stSidebarNavItems] li").forEach((part) => part.setAttribute("role", "presentation"));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const app = document.querySelector("[data-testid=stApp]");
  const status = statusIn(parentElement);
  let waits = [];

  const colours = () => {
    const dark = isDark(app);
    if (dark === data.dark) parentElement.asked = undefined;
    else if (parentElement.asked !== dark) setTriggerValue("dark", (parentElement.asked = dark));
  };
  const menu = new MutationObserver(menuWithoutList);
  const running = () => {
    const sidebar = document.querySelector("[data-testid=stSidebar]"); // it comes after the first run has begun
    if (sidebar) menu.observe(sidebar, { childList: true, subtree: true });
    const runs = app.getAttribute("data-test-script-state") === "running";
    if (runs && !waits.length) waits = data.words.map(({ after_s, says }) => setTimeout(() => told(status, says), 1000 * after_s));
    if (!runs) {
      waits.forEach(clearTimeout);
      waits = [];
      told(status, "");
    }
  };

  const soon = () => setTimeout(colours, 50);
  const classes = new MutationObserver(soon);
  classes.observe(app, { attributes: true, attributeFilter: ["class"] });
  const states = new MutationObserver(running);
  states.observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", soon);
  soon();
  running();
  menuWithoutList();
  return () => {
    menu.disconnect();
    classes.disconnect();
    states.disconnect();
    waits.forEach(clearTimeout);
    system.removeEventListener("change", soon);
  };
}
