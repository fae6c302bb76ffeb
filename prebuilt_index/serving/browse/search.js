// Filters the rows that are on the page while a person types; without it the form asks the server.
const field = document.getElementById("q");
const rows = [...document.querySelectorAll("tr[data-search]")];
const count = document.getElementById("count");
const show = () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !words.every((word) => row.dataset.search.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  count.textContent = words.length ? `${shown} of ${rows.length} shown` : "";
};
field.addEventListener("input", show);
show();
