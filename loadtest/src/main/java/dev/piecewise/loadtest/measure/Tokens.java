package dev.piecewise.loadtest.measure;

/** How many tokens an answer's prompt and the answer itself had, as the server says. */
public record Tokens(int prompt, int answer) {}
