/**
 * Structured output: from a JSON schema, a regular expression or a list of choices to the tokens that may come next.
 *
 * <p>A demand becomes a pushdown automaton over the bytes of UTF-8 ({@code Graph}, {@code Machine}): objects and lists are rules that call each other, so a schema
 * may contain itself, and what is used often is there once. Its states over tokens are found when a text reaches them, with the set of tokens that may come next,
 * and are kept ({@code Grammar}, {@code Table}); nothing is ever made deterministic beforehand, so no expression has an exponential price.
 *
 * <p>What is written is narrower than what JSON allows, and always valid: properties come in the order of the schema; a space may follow a comma or a colon, and
 * there is no other white space; properties that the schema does not name are written only where {@code additionalProperties} is there, or nothing is named at all.
 * Bounds: values nest 64 deep; 200,000 states and 5 s for compiling; strings with a limit have at most 2000 characters, lists with a limit 1000 items; numbers have
 * at most 15 digits.
 */
@NullMarked
package dev.piecewise.grammar;

import org.jspecify.annotations.NullMarked;
