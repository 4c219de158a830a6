/** OpenAI's responses: one answer of items, whole, as server-sent events or over a WebSocket, with the conversation before it kept by its id. */
@NullMarked
package dev.piecewise.gateway.responses;

import org.jspecify.annotations.NullMarked;
