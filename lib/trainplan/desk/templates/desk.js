// Names and values in words for those who listen, where the widgets know numbers and signs; how high the head is.
(() => {
  if (window.trainplanDesk) return;
  window.trainplanDesk = true;
  const set = (element, attribute, text) => {
    if (text && element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
  };
  const speak = lever => {
    const name = lever.querySelector('.tp-name');
    if (!name) return;
    const {lang, factor, unit, top} = name.dataset;
    const handle = lever.querySelector('[role=slider]');
    if (handle) {
      const now = +handle.getAttribute('aria-valuenow'), end = +handle.getAttribute('aria-valuemax');
      const amount = new Intl.NumberFormat(lang, {maximumFractionDigits: 3, useGrouping: unit !== ''});
      set(handle, 'aria-valuetext', top && now >= end ? top : amount.format(now * factor) + unit);
      set(handle, 'aria-label', name.textContent);
    }
    for (const field of lever.querySelectorAll('input, select')) {
      const year = field.closest('.widget-text')?.querySelector('label').textContent.trim();
      set(field, 'aria-label', year ? `${year}: ${name.textContent}` : name.textContent);
    }
  };
  const heads = new ResizeObserver(sizes => {
    for (const {target} of sizes) target.closest('.tp-desk').style.setProperty('--tp-head', `${target.offsetHeight}px`);
  });
  const tell = () => {
    document.querySelectorAll('.tp-desk .tp-lever').forEach(speak);
    document.querySelectorAll('.tp-desk button[title], .tp-change input[title]').forEach(
      element => set(element, 'aria-label', element.title));
    document.querySelectorAll('.tp-desk').forEach(
      desk => set(desk, 'lang', desk.querySelector('.tp-name')?.dataset.lang));
    const live = document.querySelector('.tp-desk:has(.tp-done)');
    if (live && document.body.dataset.voila) {
      document.querySelector('.tp-first')?.remove();
      set(document.documentElement, 'lang', live.lang);
      document.title = live.querySelector('.tp-plan').textContent;
    }
    document.querySelectorAll('.tp-desk .tp-head').forEach(head => heads.observe(head));
  };
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; tell(); });
  }).observe(document.body, {subtree: true, childList: true, attributeFilter: ['aria-valuenow', 'title']});
  tell();
})();
