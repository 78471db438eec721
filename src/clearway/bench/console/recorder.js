// What the page shows and when, in UTC milliseconds; kept in `window.seen`.
//
// Runs in the page, which knows nothing of it.  What is drawn or put into the document within one
// animation frame counts as seen at the beginning of the next, when the compositor has it.
() => {
  // The system's clock ticks in whole milliseconds here: taken at the moment of a tick it is exact.
  function offset() {
    let least = Infinity;
    for (let tick = 0; tick < 8; tick++) {
      const before = Date.now();
      let now = before;
      while (now === before) now = Date.now();
      least = Math.min(least, now - performance.now());
    }
    return least;
  }

  const start = offset();
  const utc = (at_ms) => start + at_ms;
  const seen = { frames: [], rows: {}, counts: [], gaps: [], tasks: [], keys: [], pressed: 0, drift_ms: 0 };
  seen.stop = () => {
    seen.stopped = true;
    window.removeEventListener('keydown', press, { capture: true });
    changes.disconnect();
    tasks.disconnect();
    seen.drift_ms = offset() - start;
    return seen;
  };

  let fresh = [];
  let pressed = null;
  let answered = false;
  let counted = 0;
  let sequence = document.querySelector('canvas')?.drawn?.sequence ?? -1;
  let last = performance.now();

  const changes = new MutationObserver((list) => {
    for (const { type, target, addedNodes } of list) {
      if (type === 'attributes') answered ||= pressed !== null && target.role === 'tree';
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.dataset.alarm) fresh.push(node.dataset.alarm);
        for (const row of node.querySelectorAll('[data-alarm]')) fresh.push(row.dataset.alarm);
      }
    }
  });
  changes.observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ['aria-activedescendant'],
  });

  const press = (event) => {
    pressed = event.timeStamp;
    seen.pressed++;
  };
  window.addEventListener('keydown', press, { capture: true });

  const tasks = new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.tasks.push(task.duration);
  });
  tasks.observe({ type: 'longtask' });

  requestAnimationFrame(function look() {
    if (seen.stopped) return;
    const now = performance.now();
    seen.gaps.push(now - last);
    last = now;
    const drawn = document.querySelector('canvas')?.drawn;
    if (drawn && drawn.sequence !== sequence) {
      sequence = drawn.sequence;
      seen.frames.push([drawn.time_us / 1000, utc(drawn.at_ms), utc(now)]);
    }
    for (const id of fresh) seen.rows[id] ??= utc(now);
    fresh = [];
    const open = Number(/^\((\d+)\)/.exec(document.title)?.[1] ?? 0);
    if (open !== counted) {
      counted = open;
      seen.counts.push([open, utc(now)]);
    }
    if (answered) seen.keys.push(now - pressed);
    if (answered || (pressed !== null && now - pressed > 5_000)) {
      pressed = null;
      answered = false;
    }
    requestAnimationFrame(look);
  });

  window.seen = seen;
}
