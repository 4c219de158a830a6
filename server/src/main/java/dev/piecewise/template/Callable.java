package dev.piecewise.template;

/** What a template can call: a macro, a loop, a method of a value, a function. */
@FunctionalInterface
interface Callable {
    Object call(Arguments arguments, Rendering rendering);
}
