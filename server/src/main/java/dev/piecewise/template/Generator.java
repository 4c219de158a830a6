package dev.piecewise.template;

import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Values that come one by one and only once, such as what {@code selectattr} returns. It is true, has no length, and does nothing before it is asked. */
final class Generator implements Iterator<Object> {
    private final Supplier<Iterator<Object>> source;
    private @Nullable Iterator<Object> items;

    Generator(Supplier<Iterator<Object>> source) {
        this.source = source;
    }

    private Iterator<Object> items() {
        if (items == null) {
            items = source.get();
        }
        return items;
    }

    @Override
    public boolean hasNext() {
        return items().hasNext();
    }

    @Override
    public Object next() {
        return items().next();
    }
}
