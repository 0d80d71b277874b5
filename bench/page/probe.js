/** Runs in the page: how long it takes from what a person does until it shows, and how evenly frames come. */
(() => {
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const textOf = (selector) =>
    [...document.querySelectorAll(selector)]
      .filter(isShown)
      .map(({ textContent }) => textContent)
      .join('\n');
  const PATIENCE_MS = 20_000;
  let answer;
  let frames;

  globalThis.probe = {
    /**
     * Waits for the next event of this type. The clock runs from when the browser got it until the frame is drawn in which `selector` shows
     * something with this text; without a text: something else than before.
     */
    arm(type, selector, text) {
      const before = textOf(selector);
      const isThere = (now) => now !== '' && (text === undefined ? now !== before : now.includes(text));
      answer = new Promise((done, fail) => {
        setTimeout(() => fail(new Error(`${selector} shows nothing new after ${type}: ${textOf(selector)}`)), PATIENCE_MS);
        const begin = ({ timeStamp }) => {
          const look = () => {
            if (!isThere(textOf(selector))) return requestAnimationFrame(look);
            // A message comes after the frame that is being made.
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => done(performance.now() - timeStamp);
            port2.postMessage(null);
          };
          requestAnimationFrame(look);
        };
        addEventListener(type, begin, { capture: true, once: true });
      });
    },
    answered: () => answer,
    /** Begins to note how long each frame takes. */
    watch() {
      const taken = [];
      let last = performance.now();
      let next = requestAnimationFrame(function note(now) {
        taken.push(now - last);
        last = now;
        next = requestAnimationFrame(note);
      });
      frames = () => {
        cancelAnimationFrame(next);
        // The first began before it was asked for.
        return taken.slice(1);
      };
    },
    /** Ends that; gives the frames' times in milliseconds. */
    watched: () => frames(),
  };
})();
