/** HTTP as the endpoints see it: a request with its body on a thread of its own, an answer or a stream of events. */
@NullMarked
package dev.piecewise.gateway.http;

import org.jspecify.annotations.NullMarked;
