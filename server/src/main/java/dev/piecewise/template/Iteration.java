package dev.piecewise.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;

/** Goes through whatever Python can iterate; every element costs a step. */
final class Iteration {
    private final Budget budget;

    Iteration(Budget budget) {
        this.budget = budget;
    }

    static boolean isIterable(Object value) {
        return switch (value) {
            case String string -> true;
            case Markup markup -> true;
            case Collection<?> items -> true;
            case Map<?, ?> map -> true;
            case Tuple tuple -> true;
            case View view -> true;
            case Generator generator -> true;
            case Undefined undefined -> true;
            default -> false;
        };
    }

    Iterator<Object> iterator(Object value) {
        return switch (value) {
            case String string -> characters(string);
            case Markup markup -> characters(markup.text());
            case Collection<?> items -> paid(unchecked(items).iterator());
            case Map<?, ?> map -> paid(Types.dict(map).keySet().iterator());
            case Tuple tuple -> paid(tuple.items().iterator());
            case View view -> paid(view.items().iterator());
            case Generator generator -> paid(generator);
            case Undefined undefined -> Collections.emptyIterator();
            default -> throw new TemplateError("'" + Types.name(value) + "' object is not iterable");
        };
    }

    /** All elements, in a list of their own. */
    List<Object> list(Object value) {
        List<Object> items = new ArrayList<>();
        iterator(value).forEachRemaining(items::add);
        return items;
    }

    /** Python's {@code len}. */
    static long length(Object value) {
        return switch (value) {
            case String string -> Chars.length(string);
            case Markup markup -> Chars.length(markup.text());
            case Collection<?> items -> items.size();
            case Map<?, ?> map -> map.size();
            case Tuple tuple -> tuple.items().size();
            case View view -> view.items().size();
            case Undefined undefined -> 0;
            case Loop loop -> loop.length();
            default -> throw new TemplateError("object of type '" + Types.name(value) + "' has no len()");
        };
    }

    @SuppressWarnings("unchecked")
    private static Collection<Object> unchecked(Collection<?> items) {
        return (Collection<Object>) items;
    }

    private Iterator<Object> paid(Iterator<Object> items) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                budget.step();
                return items.next();
            }
        };
    }

    private Iterator<Object> characters(String string) {
        PrimitiveIterator.OfInt characters = string.codePoints().iterator();
        return paid(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return characters.hasNext();
            }

            @Override
            public Object next() {
                if (!characters.hasNext()) {
                    throw new NoSuchElementException();
                }
                return Character.toString(characters.nextInt());
            }
        });
    }
}
