// What is wider than the page scrolls; the keyboard must reach it to scroll it.
(() => {
  const update = () => {
    for (const box of document.querySelectorAll('.table-wrapper, .plot-frame, .equation, pre > code')) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
    }
    for (const box of document.querySelectorAll('figure.pending')) {
      if (box.scrollHeight > box.clientHeight) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
    }
  };
  addEventListener('load', update);
  addEventListener('resize', update);
})();
