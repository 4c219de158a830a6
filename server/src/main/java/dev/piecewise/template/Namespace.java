package dev.piecewise.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one kind of object whose attributes a template may set; everybody who knows it sees that. */
final class Namespace {
    final Map<Object, Object> attributes = new LinkedHashMap<>();
}
