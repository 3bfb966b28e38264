() => {
  // The page's own behaviour. The evidence shows what is chosen, quotations are copied, and the
  // address follows the answer.
  const narrow = () => window.matchMedia('(max-width: 899px)').matches;
  const turn = () => document.querySelector('#conversation .turn:not(.reading)');

  const show = (selector, moved) => {
    const shown = turn();
    const found = shown ? [...shown.querySelectorAll(`.evidence ${selector}`)] : [];
    if (!found.length) return;
    const paper = found[0].closest('.paper');
    const story = paper.querySelector('.story');
    for (const other of shown.querySelectorAll('.paper')) other.hidden = other !== paper;
    for (const old of shown.querySelectorAll('.current')) old.classList.remove('current');
    for (const part of found) part.classList.add('current');
    story.scrollTop = found[0].offsetTop - story.clientHeight / 3;
    if (!moved) return;
    story.focus({ preventScroll: true });
    if (narrow()) paper.scrollIntoView({ block: 'start' });
  };

  const finding = (number, moved) => {
    const evidence = turn()?.querySelector('.evidence');
    const count = Number(evidence?.dataset.findings || 0);
    if (!count) return;
    const place = (number + count) % count;
    evidence.dataset.place = place;
    const said = evidence.querySelector('.place');
    if (said) said.textContent = `finding ${place + 1} of ${count}`;
    show(`mark[data-findings~="${place}"]`, moved);
  };

  let returning = false;
  const settle = (moved) => {
    const shown = turn();
    if (shown) {
      finding(0, false);
      if (!Number(shown.querySelector('.evidence')?.dataset.findings)) show('[data-passages~="0"]', false);
    }
    const address = shown?.dataset.address;
    // After the back button, or when an address is opened, the address is right already. Only a
    // question that is asked adds an entry to the browser's history.
    const wanted = address || window.location.pathname;
    const there = address ? window.location.search === address : !window.location.search;
    if (!there && (address || (moved && document.querySelector('#conversation .front')))) {
      history[moved && !returning ? 'pushState' : 'replaceState'](null, '', wanted);
    }
    returning = false;
    const heading = shown?.querySelector('h2');
    if (moved && heading) { // what was clicked is gone: go to the answer
      if (heading.getBoundingClientRect().top < 0) heading.scrollIntoView({ block: 'start' });
      if (document.activeElement === document.body) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
    }
    document.title = heading ? `${heading.textContent} · Dateline` : 'Dateline';
  };
  window.dateline = { settle };

  window.addEventListener('popstate', () => {
    returning = true;
    returning = follow(window.location.search);
  });

  const follow = (address) => {
    const root = [...document.querySelectorAll('#conversation, #conversation *')].find((one) => one.followed);
    root?.followed(address);
    return Boolean(root);
  };

  document.addEventListener('click', (event) => {
    const read = event.target.closest('a[data-read]');
    // A title in the table opens its article in the Ask tab.
    if (read && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      document.querySelector('#tabs [role="tab"]').click();
      follow(read.getAttribute('href'));
      window.scrollTo(0, 0);
      return;
    }
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.quotation !== undefined) {
      navigator.clipboard.writeText(button.dataset.quotation).then(() => {
        button.textContent = 'copied';
        setTimeout(() => { button.textContent = 'copy quotation'; }, 2000);
      });
    } else if (button.dataset.finding !== undefined) {
      finding(Number(button.dataset.finding), true);
    } else if (button.dataset.passage !== undefined) {
      show(`[data-passages~="${Number(button.dataset.passage)}"]`, true);
    } else if (button.dataset.step !== undefined) {
      finding(Number(button.closest('.evidence').dataset.place || 0) + Number(button.dataset.step), false);
    } else if (button.dataset.back !== undefined) {
      const heading = turn()?.querySelector('h2');
      heading?.scrollIntoView({ block: 'start' });
      turn()?.querySelector('[data-finding]')?.focus({ preventScroll: true });
    }
  });

  // Gradio's text boxes for days become the browser's own, and the announcement is spoken. Bars of
  // the timeline show whether their days are chosen.
  const mend = () => {
    for (const box of document.querySelectorAll('.day input[type="text"]')) box.type = 'date';
    const said = document.querySelector('#announcement');
    if (said && !said.hasAttribute('aria-live')) said.setAttribute('aria-live', 'polite');
    const chosen = [...document.querySelectorAll('#limits .day input')].map((box) => box.value);
    for (const bar of document.querySelectorAll('#timeline [data-from]')) {
      const pressed = bar.dataset.from === chosen[0] && bar.dataset.to === chosen[1];
      if (bar.getAttribute('aria-pressed') !== String(pressed)) bar.setAttribute('aria-pressed', String(pressed));
    }
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  document.addEventListener('input', mend);
  mend();
}
