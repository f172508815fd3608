/** The same line over plain HTTP, where no WebSocket gets through. */

const WAIT_SECONDS = 25;

export class Poll {
  #stop = new AbortController();

  /** Resolves when it has ended: `{welcomed, code}` as a socket would say it. */
  async run({ api, cursor, onFrame, until }) {
    let welcomed = false;
    try {
      for (let wait = 0; Date.now() < until; wait = WAIT_SECONDS) {
        const answer = await api.poll(cursor, wait, this.#stop.signal);
        cursor = answer.cursor;
        if (!welcomed) onFrame({ type: 'welcome', cursor });
        welcomed = true;
        for (const event of answer.events) onFrame({ cursor, ...event });
      }
    } catch (error) {
      return { welcomed, code: error.status === 401 ? 4401 : error.status === 403 ? 4403 : 1006 };
    }
    return { welcomed, code: 1000 };
  }

  send() {
    return false;
  }

  close() {
    this.#stop.abort();
  }
}
