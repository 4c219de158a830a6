/** Functions that a model may call: how a request offers them, how a call is written in the model's own format and read back. */
@NullMarked
package dev.piecewise.gateway.tools;

import org.jspecify.annotations.NullMarked;
