package dev.piecewise.template;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values that a macro, function, method, filter or test is called with. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** The values in the order of the parameters' names; {@code required} of them must be there, the others are null where they are not. */
    Bound bind(String function, int required, String... names) {
        if (positional.size() > names.length) {
            throw new TemplateError(
                    "%s() takes at most %d arguments (%d given)".formatted(function, names.length, positional.size()));
        }
        @Nullable Object[] values = new @Nullable Object[names.length];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        named.forEach((name, value) -> values[place(function, name, names)] = value);
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw new TemplateError(
                        "%s() missing 1 required positional argument: '%s'".formatted(function, names[i]));
            }
        }
        return new Bound(values);
    }

    /** As {@link #bind}, for what Python lets be called without names only. */
    Bound bindPositional(String function, int required, String... names) {
        if (!named.isEmpty()) {
            throw new TemplateError(function + "() takes no keyword arguments");
        }
        return bind(function, required, names);
    }

    /** As {@link #bind}, for what takes nothing. */
    void none(String function) {
        bind(function, 0);
    }

    private int place(String function, String name, String... names) {
        int place = Arrays.asList(names).indexOf(name);
        if (place < 0) {
            throw new TemplateError("%s() got an unexpected keyword argument '%s'".formatted(function, name));
        }
        if (place < positional.size()) {
            throw new TemplateError("%s() got multiple values for argument '%s'".formatted(function, name));
        }
        return place;
    }

    /** Values by the place of their parameter. */
    record Bound(@Nullable Object[] values) {
        /** A required argument. */
        Object get(int place) {
            return get(place, None.NONE);
        }

        Object get(int place, Object missing) {
            Object value = values[place];
            return value == null ? missing : value;
        }

        /** Whether an argument is there and not None. */
        boolean given(int place) {
            return get(place) != None.NONE;
        }

        boolean flag(int place, boolean missing) {
            Object value = values[place];
            return value == null ? missing : Types.truth(value);
        }

        long integer(int place, long missing) {
            Object value = values[place];
            return value == null ? missing : Numbers.index(value);
        }

        /** A string, also one that is marked as HTML. */
        String text(int place, String missing) {
            Object value = values[place];
            return value == null ? missing : Types.string(value);
        }
    }
}
