// A table is one stop of the Tab key; inside it the arrow keys go from number to number.
(() => {
  const STOPS = ':is(td, th) :is(a[href], .quantity)';

  for (const table of document.querySelectorAll('main table')) {
    const stops = [...table.querySelectorAll(STOPS)];
    if (stops.length > 1) rove(table, stops);
  }

  function rove(table, stops) {
    const enter = (stop) => stops.forEach((other) => { other.tabIndex = other === stop ? 0 : -1; });
    enter(stops[0]);
    table.addEventListener('focusin', (event) => {
      if (stops.includes(event.target)) enter(event.target);
    });
    table.addEventListener('keydown', (event) => {
      const next = follow(event, stops);
      if (next === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // mdBook's arrow keys turn the page
      if (next) next.focus();
      else scroll(table, event.key);
    });
  }

  /** Where a key leads; null where nothing is there, undefined where the key is not the table's. */
  function follow(event, stops) {
    const at = stops.indexOf(event.target);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
    const row = stops.filter((stop) => rowOf(stop) === rowOf(stops[at]));
    switch (keyAsRead(event)) {
      case 'ArrowLeft': return stops[at - 1] ?? null;
      case 'ArrowRight': return stops[at + 1] ?? null;
      case 'ArrowUp': return beside(stops[at], stops.slice(0, at).reverse());
      case 'ArrowDown': return beside(stops[at], stops.slice(at));
      case 'Home': return row[0];
      case 'End': return row.at(-1);
      default: return undefined;
    }
  }

  /** The key as in a text that is read from the left. */
  function keyAsRead(event) {
    if (getComputedStyle(event.target).direction === 'ltr') return event.key;
    return { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }[event.key] ?? event.key;
  }

  const rowOf = (stop) => stop.closest('tr');
  const columnOf = (stop) => stop.closest('td, th').cellIndex;

  /** Of the nearest other row among `others` the stop whose column is nearest. */
  function beside(stop, others) {
    const row = others.map(rowOf).find((other) => other !== rowOf(stop));
    const distance = (other) => Math.abs(columnOf(other) - columnOf(stop));
    return others.filter((other) => rowOf(other) === row)
      .reduce((best, other) => (best && distance(best) <= distance(other) ? best : other), null);
  }

  /** Shows what is beside the last number. */
  function scroll(table, key) {
    const side = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
    const box = table.parentElement;
    box.scrollBy({ left: side * box.clientWidth / 2 });
  }
})();
