/** Asks over HTTP or a WebSocket and notes when what came. */
@NullMarked
package dev.piecewise.loadtest.client;

import org.jspecify.annotations.NullMarked;
