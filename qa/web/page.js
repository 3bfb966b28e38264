() => {
  // The page's own behaviour. The evidence shows what is chosen, quotations are copied, and the
  // address follows the answer.
  const narrow = () => window.matchMedia('(max-width: 56.2em)').matches;
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
    if (narrow()) paper.closest('.evidence').classList.add('open');
    story.focus({ preventScroll: true });
  };

  // On a narrow screen the article is a sheet; closed, the focus is where it was opened.
  let opener = null;
  const close = () => {
    const sheet = document.querySelector('.evidence.open');
    if (!sheet) return;
    sheet.classList.remove('open');
    opener?.focus({ preventScroll: true });
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

  // The page of a PDF, above everything until it is closed.
  const printed = async (link) => {
    const dialog = document.createElement('dialog');
    dialog.className = 'printed';
    dialog.setAttribute('aria-label', link.dataset.printed);
    dialog.innerHTML = '<p class="bar"><b></b><button type="button" class="plain">close</button></p>'
      + '<div class="sheet" tabindex="0"><p role="status">Drawing the page …</p></div>';
    dialog.querySelector('b').textContent = link.dataset.printed;
    dialog.querySelector('button').onclick = () => dialog.close();
    dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
    dialog.onclose = () => { dialog.remove(); link.focus({ preventScroll: true }); };
    document.querySelector('#dateline').append(dialog);
    dialog.showModal();
    const sheet = dialog.querySelector('.sheet');
    const said = sheet.querySelector('p');
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const image = new Image();
      image.alt = `${link.dataset.printed}, the quotation marked`;
      image.src = URL.createObjectURL(await answer.blob());
      await image.decode();
      said.remove();
      sheet.append(image);
      sheet.scrollTop = Number(answer.headers.get('Mark-Top')) * image.clientHeight - sheet.clientHeight / 3;
      sheet.scrollLeft = (image.clientWidth - sheet.clientWidth) / 2; // past the margin of a wide page
    } catch (error) {
      said.setAttribute('role', 'alert');
      said.textContent = `${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1)}.`;
    }
  };

  // The address that the back button went to, until its answer is shown.
  let returning = null;
  const same = (one, other) => String(new URLSearchParams(one)) === String(new URLSearchParams(other));
  const settle = (moved) => {
    if (document.querySelector('#conversation .reading')) return; // another answer is coming
    const shown = turn();
    if (shown) finding(0, false);
    const address = shown?.dataset.address;
    if (address) collapse(true);
    else if (document.querySelector('#conversation .front')) collapse(false);
    // After the back button, or when an address is opened, the address is right already. Only a
    // question that is asked adds an entry to the browser's history.
    // If it went farther back meanwhile, what is shown is not yet what it went to.
    const front = document.querySelector('#conversation .front');
    const there = address ? window.location.search === address : !window.location.search;
    const late = returning !== null && (address || front) && !same(address || '', returning);
    if (!there && !late && (address || (moved && front))) {
      const add = moved && returning === null;
      history[add ? 'pushState' : 'replaceState'](null, '', address || window.location.pathname);
    }
    if (!late) returning = null;
    const heading = shown?.querySelector('h2');
    if (moved && heading) { // what was clicked is gone: go to the answer
      if (heading.getBoundingClientRect().top < 0) heading.scrollIntoView({ block: 'start' });
      if (document.activeElement === document.body) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
    }
    const title = shown?.dataset.title || heading?.textContent;
    document.title = title ? `${title} · Dateline` : 'Dateline';
    if (moved) sessionStorage.removeItem(underWay);
    else askAgain();
  };

  // If the server is gone, Gradio loads the page again once one answers. But it sees neither an
  // answer that just ends nor one that is cut between two events. Here it is told of both.
  const told = (message) => new TextEncoder().encode(`${message}\n\n`);
  const lost = 'data: {"msg":"broken_connection","message":"Connection errored out. "}';
  const listened = (answer, signal) => new ReadableStream({
    async start(listener) {
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let left = '';
      let whole = false;
      try {
        for (let part = await reader.read(); !part.done && !whole; part = await reader.read()) {
          const messages = (left + part.value).split('\n\n');
          left = messages.pop();
          whole = messages.some((one) => one.includes('"msg":"close_stream"'));
          if (messages.some((one) => one.includes('"msg":"unexpected_error"'))) break;
          for (const message of messages) listener.enqueue(told(message));
        }
      } catch { /* it was cut */ }
      if (!whole && !signal.aborted) {
        listener.enqueue(told(lost));
        listener.enqueue(told('data: {"msg":"close_stream"}'));
      }
      listener.close();
    },
  });
  const call = window.fetch.bind(window);
  window.fetch = async (asked, options) => {
    const answer = await call(asked, options);
    const { pathname } = new URL(asked.url || asked, window.location.href);
    if (!pathname.includes('/gradio_api/queue/')) return answer;
    if ([502, 504].includes(answer.status)) throw new TypeError('Bad gateway'); // of a proxy
    if (!pathname.endsWith('/data') || !answer.ok) return answer;
    return new Response(listened(answer, asked.signal), answer);
  };

  // A question under way when the page is loaded again is asked again, once. What stands in the
  // box stays there.
  const underWay = 'dateline-under-way';
  const keep = (question, again) => {
    sessionStorage.setItem(underWay, JSON.stringify({ question, again }));
  };
  let repeated = false;
  window.addEventListener('pagehide', () => {
    if (box()?.value.trim()) keep(box().value, false);
  });
  const askAgain = () => {
    const kept = JSON.parse(sessionStorage.getItem(underWay));
    sessionStorage.removeItem(underWay);
    if (!kept) return;
    box().value = kept.question;
    box().dispatchEvent(new Event('input', { bubbles: true }));
    repeated = kept.again;
    if (kept.again) setTimeout(() => document.querySelector('#ask button').click());
  };

  const longest = 1000; // characters of a question; a longer one stays in its box
  const box = () => document.querySelector('#ask textarea');
  const collapse = (asked) => document.querySelector('#dateline')?.classList.toggle('asked', asked);
  // The box is emptied at once, so that what is typed next is not lost.
  const asked = (question) => {
    if (!question.trim()) return;
    keep(question, !repeated);
    repeated = false;
    returning = null;
    collapse(true);
    if (question.length > longest || box().value !== question) return;
    box().value = '';
    box().dispatchEvent(new Event('input', { bubbles: true }));
  };
  // What may be asked next comes after the answer, into the place that waits for it.
  const suggest = () => {
    const found = document.querySelector('#suggested [data-for]');
    const place = document.querySelector('#conversation .suggested');
    if (!place) return;
    if (found && found.dataset.for === place.dataset.place) place.innerHTML = found.innerHTML;
  };
  window.dateline = { settle, asked, suggest };
  if (new URLSearchParams(window.location.search).has('q')) collapse(true);

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    const typing = event.target.closest('input, textarea, select, [contenteditable]');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    document.querySelector('#tabs [role="tab"]').click();
    box().focus();
  });

  window.addEventListener('popstate', () => {
    returning = follow(window.location.search) ? window.location.search : null;
  });

  const follow = (address) => {
    const root = [...document.querySelectorAll('#conversation, #conversation *')].find((one) => one.followed);
    root?.followed(address);
    return Boolean(root);
  };

  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-again], [data-literally], [data-do]')) returning = null;
    const read = event.target.closest('a[data-read]');
    // A title in the table opens its article in the Ask tab.
    if (read && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      document.querySelector('#tabs [role="tab"]').click();
      follow(read.getAttribute('href'));
      window.scrollTo(0, 0);
      return;
    }
    const page = event.target.closest('a[data-printed]');
    if (page && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      printed(page);
      return;
    }
    const sheet = document.querySelector('.evidence.open');
    if (sheet && !sheet.contains(event.target)) close();
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.quotation !== undefined) {
      navigator.clipboard.writeText(button.dataset.quotation).then(() => {
        button.textContent = 'copied';
        setTimeout(() => { button.textContent = 'copy quotation'; }, 2000);
      });
    } else if (button.dataset.more !== undefined) {
      const further = button.closest('.citation').nextElementSibling;
      further.hidden = !further.hidden;
      button.setAttribute('aria-expanded', String(!further.hidden));
    } else if (button.dataset.finding !== undefined) {
      opener = button;
      finding(Number(button.dataset.finding), true);
    } else if (button.dataset.passage !== undefined) {
      opener = button;
      show(`[data-passages~="${Number(button.dataset.passage)}"]`, true);
    } else if (button.dataset.step !== undefined) {
      finding(Number(button.closest('.evidence').dataset.place || 0) + Number(button.dataset.step), false);
    } else if (button.dataset.back !== undefined) {
      close();
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
      const pressed = Boolean(chosen[0] && chosen[1]) && bar.dataset.from >= chosen[0] && bar.dataset.to <= chosen[1];
      if (bar.getAttribute('aria-pressed') !== String(pressed)) bar.setAttribute('aria-pressed', String(pressed));
    }
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  document.addEventListener('input', mend);
  mend();
}
