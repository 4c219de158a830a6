/** Completions as OpenAI's API has them: a request in JSON becomes generations, their tokens become a body or a stream of chunks. */
@NullMarked
package dev.piecewise.gateway.completion;

import org.jspecify.annotations.NullMarked;
