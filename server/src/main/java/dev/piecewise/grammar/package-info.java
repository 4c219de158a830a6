/** Structured output: from a JSON schema, a regular expression or a list of choices to the tokens that may come next. */
@NullMarked
package dev.piecewise.grammar;

import org.jspecify.annotations.NullMarked;
