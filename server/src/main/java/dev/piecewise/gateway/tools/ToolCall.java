package dev.piecewise.gateway.tools;

/**
 * A call that the model makes.
 *
 * @param arguments a JSON object, as the model wrote it
 */
public record ToolCall(String name, String arguments) {}
