// Runs before the page is drawn, so that a chosen theme does not flash. What was chosen stays on this machine.
(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  try {
    const theme = localStorage.getItem("filrouge-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be shut; then the page follows the system.
  }
})();
