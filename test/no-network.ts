/**
 * Loaded before every test file: a test talks to this machine or to nobody. A connection to any other host fails at once
 * and says so, instead of passing on a developer's machine and hanging in CI.
 */
import net from "node:net";

const loopback = /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3}|0\.0\.0\.0|::)$/;
const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;

// Test files share a process, and each loads this anew.
if (connect.name !== "connectHere") net.Socket.prototype.connect = connectHere;

function connectHere(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = hostOf(args);
  if (host !== undefined && !loopback.test(host)) {
    process.nextTick(() => this.destroy(new Error(`No network in tests: something tried to connect to ${host}.`)));
    return this;
  }
  return connect.apply(this, args);
}

/** The host of a `connect` call in any of its forms; undefined for a local socket or the default, localhost. */
function hostOf(args: unknown[]): string | undefined {
  // `net.connect` hands over its arguments already normalised, as one array.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === "object" && first !== null) {
    const { host, path } = first as net.TcpNetConnectOpts & net.IpcNetConnectOpts;
    return path ? undefined : host;
  }
  return typeof second === "string" ? second : undefined;
}
