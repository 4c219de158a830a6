package dev.piecewise.gateway.tools;

/** Whether functions may or must be called. */
public sealed interface ToolChoice {
    record None() implements ToolChoice {}

    record Auto() implements ToolChoice {}

    record Required() implements ToolChoice {}

    record One(String name) implements ToolChoice {}
}
