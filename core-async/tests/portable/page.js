// What a page does besides running tasks, and what is asked of it. None of it goes through wasm.

const repeat = async (count, step) => {
    for (let n = 0; n < count; n++) await step(n);
};
const real = {
    setTimeout: globalThis.setTimeout.bind(globalThis),
    clearTimeout: globalThis.clearTimeout.bind(globalThis),
    postMessage: MessagePort.prototype.postMessage,
};

export const has = name => name in globalThis;

// Each of these lets something happen so many times, one after the other.

export const timers = count => repeat(count, () => new Promise(done => real.setTimeout(done, 1)));

export const frames = count => repeat(count, () => new Promise(done => requestAnimationFrame(done)));

export const fetches = async count => {
    const url = URL.createObjectURL(new Blob(['hello']));
    await repeat(count, async () => {
        const text = await (await fetch(url)).text();
        if (text !== 'hello') throw new Error(text);
    });
    URL.revokeObjectURL(url);
};

const done = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
});

export const requests = async count => {
    const name = `core-async ${Math.random()}`;
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.result.createObjectStore('store');
    const database = await done(opening);
    await repeat(count, async n => {
        const store = () => database.transaction('store', 'readwrite').objectStore('store');
        await done(store().put(n, 'key'));
        if (await done(store().get('key')) !== n) throw new Error('another value');
    });
    database.close();
    await done(indexedDB.deleteDatabase(name));
};

export const answers = async count => {
    const code = 'onmessage = message => postMessage(message.data + 1)';
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const worker = new Worker(url);
    await repeat(count, n => new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => data === n + 1 ? resolve() : reject(new Error(data));
        worker.onerror = reject;
        worker.postMessage(n);
    }));
    worker.terminate();
    URL.revokeObjectURL(url);
};

export const messages = async count => {
    const { port1, port2 } = new MessageChannel();
    await repeat(count, () => new Promise(done => {
        port1.onmessage = done;
        real.postMessage.call(port2, null);
    }));
    port1.close();
};

// Counts what is asked of the browser.
let counts;

export const watch = () => {
    counts = { armed: 0, posted: 0, waiting: new Set(), most: 0 };
    globalThis.setTimeout = (body, delay) => {
        const id = real.setTimeout(() => {
            counts.waiting.delete(id);
            body();
        }, delay);
        counts.armed++;
        counts.waiting.add(id);
        counts.most = Math.max(counts.most, counts.waiting.size);
        return id;
    };
    globalThis.clearTimeout = id => {
        counts.waiting.delete(id);
        real.clearTimeout(id);
    };
    MessagePort.prototype.postMessage = function (...values) {
        counts.posted++;
        return real.postMessage.apply(this, values);
    };
};

// Gives how many timers were armed, how many of them at once, and how many messages were posted.
export const unwatch = () => {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    MessagePort.prototype.postMessage = real.postMessage;
    return [counts.armed, counts.most, counts.posted];
};
