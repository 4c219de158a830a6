package dev.piecewise.loadtest.dialect;

/**
 * A user as the server knows him.
 *
 * @param adapter the server's name or number of the adapter that he is served with, in dialects that name adapters; else empty
 */
public record Person(String name, String adapter) {}
