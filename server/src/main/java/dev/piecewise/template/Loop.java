package dev.piecewise.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} of a loop, which also is what goes through its elements. */
final class Loop implements Callable {
    private final @Nullable BiFunction<Object, Loop, Object> recursion;
    private final int depth;
    private Iterator<Object> items;
    /** How many there are, -1 as long as it is not known. */
    private long length;

    private long index = -1;
    private @Nullable Object before;
    private @Nullable Object current;
    private @Nullable Object after;
    private @Nullable Object changed;

    /** {@code recursion} renders the loop for other elements; null where the loop is not recursive. */
    Loop(Iterator<Object> items, long length, @Nullable BiFunction<Object, Loop, Object> recursion, int depth) {
        this.items = items;
        this.length = length;
        this.recursion = recursion;
        this.depth = depth;
    }

    boolean hasNext() {
        return after != null || items.hasNext();
    }

    Object next() {
        Object next = after == null ? items.next() : after;
        after = null;
        index++;
        before = current;
        current = next;
        return next;
    }

    private @Nullable Object peek() {
        if (after == null && items.hasNext()) {
            after = items.next();
        }
        return after;
    }

    /** Goes through all elements where nothing else tells how many there are. */
    long length() {
        if (length < 0) {
            List<Object> rest = new ArrayList<>();
            items.forEachRemaining(rest::add);
            items = rest.iterator();
            length = rest.size() + index + 1 + (after == null ? 0 : 1);
        }
        return length;
    }

    int depth() {
        return depth;
    }

    @Nullable Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1;
            case "index0" -> index;
            case "revindex" -> length() - index;
            case "revindex0" -> length() - index - 1;
            case "first" -> index == 0;
            case "last" -> peek() == null;
            case "length" -> length();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> before == null ? new Undefined("there is no previous item") : before;
            case "nextitem" -> nextItem();
            case "cycle" -> (Callable) (arguments, rendering) -> cycle(arguments);
            case "changed" -> (Callable) this::changed;
            default -> null;
        };
    }

    private Object nextItem() {
        Object next = peek();
        return next == null ? new Undefined("there is no next item") : next;
    }

    private Object cycle(Arguments arguments) {
        List<Object> values = arguments.positional();
        if (values.isEmpty()) {
            throw new TemplateError("no items for cycling given");
        }
        return values.get((int) (index % values.size()));
    }

    private Object changed(Arguments arguments, Rendering rendering) {
        Object value = new Tuple(arguments.positional(), false);
        boolean differs = changed == null || !rendering.comparison().equal(changed, value);
        changed = value;
        return differs;
    }

    @Override
    public Object call(Arguments arguments, Rendering rendering) {
        Object elements = arguments.bind("loop", 1, "iterable").get(0);
        if (recursion == null) {
            throw new TemplateError("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recursion.apply(elements, this);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (index + 1) + "/" + length() + ">";
    }
}
