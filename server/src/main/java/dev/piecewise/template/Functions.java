package dev.piecewise.template;

import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template can call: Jinja2's own, and those that transformers adds for chat templates. */
final class Functions {
    static final Map<String, Object> ALL = Map.of(
            "range", (Callable) Functions::range,
            "namespace", (Callable) Functions::namespace,
            "dict", (Callable) Functions::dict,
            "cycler", (Callable) (arguments, rendering) -> new Cycler(arguments.positional()),
            "joiner", (Callable) Functions::joiner,
            "raise_exception", (Callable) Functions::raiseException,
            "strftime_now", (Callable) Functions::strftimeNow);

    private Functions() {}

    private static Object range(Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("range", 1, "start", "stop", "step");
        boolean single = arguments.positional().size() == 1;
        long start = single ? 0 : bound.integer(0, 0);
        long stop = bound.integer(single ? 0 : 1, 0);
        return new Range(start, stop, bound.integer(2, 1));
    }

    private static Object namespace(Arguments arguments, Rendering rendering) {
        Namespace namespace = new Namespace();
        namespace.attributes.putAll(entries(arguments, rendering));
        return namespace;
    }

    private static Object dict(Arguments arguments, Rendering rendering) {
        return entries(arguments, rendering);
    }

    /** What Python's {@code dict} makes of a mapping or of pairs, and of keywords. */
    private static Map<Object, Object> entries(Arguments arguments, Rendering rendering) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw new TemplateError("dict expected at most 1 argument");
        }
        for (Object source : arguments.positional()) {
            rendering
                    .budget()
                    .steps(
                            Iteration.isIterable(source) && !(source instanceof Generator)
                                    ? Iteration.length(source)
                                    : 0);
            if (source instanceof Map<?, ?> map) {
                entries.putAll(Types.dict(map));
            } else {
                rendering.iteration().iterator(source).forEachRemaining(pair -> put(pair, entries, rendering));
            }
        }
        entries.putAll(arguments.named());
        return entries;
    }

    private static void put(Object pair, Map<Object, Object> entries, Rendering rendering) {
        List<Object> both = rendering.iteration().list(pair);
        if (both.size() != 2) {
            throw new TemplateError("dictionary update sequence element has length " + both.size() + "; 2 is required");
        }
        entries.put(Keys.of(both.getFirst(), rendering.budget()), both.getLast());
    }

    /** Nothing the first time, the separator from then on. */
    private static Object joiner(Arguments arguments, Rendering rendering) {
        Object separator = arguments.bind("joiner", 0, "sep").get(0, ", ");
        Namespace used = new Namespace();
        return (Callable) (none, again) -> used.attributes.put("used", true) == null ? "" : separator;
    }

    private static Object raiseException(Arguments arguments, Rendering rendering) {
        throw TemplateError.raised(rendering
                .texts()
                .text(arguments.bind("raise_exception", 1, "message").get(0)));
    }

    private static Object strftimeNow(Arguments arguments, Rendering rendering) {
        String format = arguments.bind("strftime_now", 1, "format").text(0, "");
        rendering.budget().steps(format.length() * 32L);
        return new Strftime(ZonedDateTime.now(rendering.clock())).format(format);
    }
}
