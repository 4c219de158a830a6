package dev.piecewise.gateway.http;

import io.vertx.core.Context;

/**
 * What everything that one event loop serves has in common.
 *
 * @param turns of the answers that are streamed
 */
record Loop(Context context, Gate gate, HttpLimits limits, Turns turns) {}
