package dev.piecewise.template;

import java.util.Iterator;

/** Values that come one by one and only once, such as what {@code selectattr} returns. It is true, and has no length. */
record Generator(Iterator<Object> items) {}
