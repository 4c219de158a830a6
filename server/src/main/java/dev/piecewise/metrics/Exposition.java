package dev.piecewise.metrics;

/** The body of one scrape, in the format that was asked for. */
public record Exposition(String contentType, byte[] body) {}
