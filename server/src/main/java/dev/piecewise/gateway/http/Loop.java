package dev.piecewise.gateway.http;

/**
 * What everything that one event loop serves has in common.
 *
 * @param turns of the answers that are streamed
 */
record Loop(Gate gate, HttpLimits limits, Turns turns) {}
