#!/usr/bin/env node
const { processTerminal } = await import("./cli/terminal.js");
const { main } = await import("./cli/main.js");

process.exitCode = await main(process.argv.slice(2), processTerminal());

export {};
