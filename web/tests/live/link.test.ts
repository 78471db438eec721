import { beforeEach, describe, expect, it } from 'vitest';
import { Link, retryDelay, type LinkState } from '../../src/live/link';
import { FakeSocket, FakeTimers } from '../fixtures';

describe('retryDelay', () => {
  it('doubles up to a limit', () => {
    expect([0, 1, 2, 3].map((attempt) => retryDelay(attempt, 1))).toEqual([250, 500, 1000, 2000]);
    expect(retryDelay(50, 1)).toBe(8000);
  });

  it('is spread by chance', () => {
    expect(retryDelay(2, 0)).toBe(500);
  });
});

describe('Link', () => {
  let sockets: FakeSocket[];
  let timers: FakeTimers;
  let states: LinkState[];
  let heard: unknown[];
  let refused: number;
  let ended: number;
  let link: Link;
  const last = () => sockets.at(-1) as FakeSocket;

  beforeEach(() => {
    sockets = [];
    timers = new FakeTimers();
    states = [];
    heard = [];
    refused = ended = 0;
    link = new Link({
      url: () => `ws://test/${sockets.length}`,
      open: (url) => {
        sockets.push(new FakeSocket(url));
        return last();
      },
      receive: (data) => heard.push(data),
      changed: (state) => states.push(state),
      refused: () => refused++,
      ended: () => ended++,
      timers,
      random: () => 1,
    });
  });

  it('opens, hears and sends', () => {
    link.start();
    expect(link.send({ type: 'pause' })).toBe(false);
    last().accept();
    last().say('hello');
    expect(link.send({ type: 'pause' })).toBe(true);
    expect(heard).toEqual(['hello']);
    expect(last().sent).toEqual([{ type: 'pause' }]);
    expect(last().binaryType).toBe('arraybuffer');
    expect(states).toEqual(['connecting', 'open']);
  });

  it('comes back by itself after a cut, and asks for its address anew', () => {
    link.start();
    last().accept();
    last().drop();
    expect(states.at(-1)).toBe('waiting');
    timers.advance(250);
    expect(sockets.map((socket) => socket.url)).toEqual(['ws://test/0', 'ws://test/1']);
    last().accept();
    expect(states.at(-1)).toBe('open');
    expect(refused).toBe(0);
  });

  it('waits longer each time it fails, and starts small again after success', () => {
    link.start();
    for (const wait of [250, 500, 1000]) {
      last().drop();
      const before = sockets.length;
      timers.advance(wait - 1);
      expect(sockets).toHaveLength(before);
      timers.advance(1);
      expect(sockets).toHaveLength(before + 1);
    }
    expect(refused).toBe(3);
    last().accept();
    last().say('x');
    last().drop();
    timers.advance(250);
    expect(sockets).toHaveLength(5);
  });

  it('tells when the server refuses after opening, and does not hammer it', () => {
    link.start();
    last().accept();
    last().drop(4403);
    expect(refused).toBe(1);
    timers.advance(250);
    last().accept();
    last().drop(4403);
    timers.advance(499);
    expect(sockets).toHaveLength(2);
  });

  it('ends with the session, and does not come back', () => {
    link.start();
    last().accept();
    last().drop(4401);
    expect([ended, refused, states.at(-1)]).toEqual([1, 0, 'closed']);
    timers.advance(60_000);
    expect(sockets).toHaveLength(1);
  });

  it('tries at once when hurried, and only when it waits', () => {
    link.start();
    link.hurry();
    expect(sockets).toHaveLength(1);
    last().drop();
    link.hurry();
    expect(sockets).toHaveLength(2);
  });

  it('takes a long silence for a cut, though the socket says nothing', () => {
    link.start();
    last().accept();
    const dead = last();
    timers.advance(10_000);
    expect(dead.closed).toBe(true);
    expect(states.at(-1)).toBe('waiting');
  });

  it('does not, as long as something is heard', () => {
    link.start();
    last().accept();
    for (let i = 0; i < 20; i++) {
      timers.advance(4000);
      last().say('x');
    }
    expect(sockets).toHaveLength(1);
  });

  it('gives up an attempt that never opens', () => {
    link.start();
    const dead = last();
    timers.advance(5_000);
    expect(dead.closed).toBe(true);
    expect(states.at(-1)).toBe('waiting');
  });

  it('leaves nothing behind when stopped', () => {
    link.start();
    last().accept();
    const socket = last();
    link.stop();
    expect(socket.closed).toBe(true);
    expect(timers.count).toBe(0);
    socket.drop();
    socket.say('late');
    expect(heard).toEqual([]);
    expect(states.at(-1)).toBe('closed');
  });
});
