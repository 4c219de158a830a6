package dev.piecewise.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Those of some values that are wanted; each is asked about only when it is its turn. */
final class Chosen implements Iterator<Object> {
    private final Iterator<Object> items;
    private final Predicate<Object> wanted;
    private @Nullable Object next;

    Chosen(Iterator<Object> items, Predicate<Object> wanted) {
        this.items = items;
        this.wanted = wanted;
    }

    @Override
    public boolean hasNext() {
        while (next == null && items.hasNext()) {
            Object item = items.next();
            if (wanted.test(item)) {
                next = item;
            }
        }
        return next != null;
    }

    @Override
    public Object next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        Object item = next;
        next = null;
        return item;
    }
}
