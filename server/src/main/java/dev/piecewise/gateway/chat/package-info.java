/** Chat completions as OpenAI's API has them: messages become a prompt by the model's own template, what the model says becomes messages and calls. */
@NullMarked
package dev.piecewise.gateway.chat;

import org.jspecify.annotations.NullMarked;
