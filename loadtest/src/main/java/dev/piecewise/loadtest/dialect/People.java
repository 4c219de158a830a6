package dev.piecewise.loadtest.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The users of a run, by number. */
@FunctionalInterface
public interface People {
    Person person(int number);

    /** Out of templates, in which {@code {n}} is the user's number, {@code {user}} his name and {@code {model}} the base model's. */
    static People of(String nameTemplate, String adapterTemplate, String model) {
        return number -> {
            String n = Integer.toString(number);
            String name = nameTemplate.replace("{n}", n);
            String adapter =
                    adapterTemplate.replace("{n}", n).replace("{user}", name).replace("{model}", model);
            return new Person(name, adapter);
        };
    }

    /** Names out of a template, and one of these adapters after the other. */
    static People sharing(String nameTemplate, List<String> adapters) {
        return number -> new Person(
                nameTemplate.replace("{n}", Integer.toString(number)), adapters.get(number % adapters.size()));
    }

    /** Listed ones; every number must be below the list's size. */
    static People listed(List<Person> people) {
        return people::get;
    }

    /** Reads lines of a name and, after white space, an adapter; the name is the adapter where there is none. */
    static List<Person> parse(List<String> lines) {
        List<Person> people = new ArrayList<>();
        for (String line : lines) {
            String[] parts = line.strip().split("\\s+", 2);
            if (!parts[0].isEmpty() && !parts[0].startsWith("#")) {
                people.add(new Person(parts[0], parts.length > 1 ? parts[1] : parts[0]));
            }
        }
        return people;
    }

    /** The first so many. */
    default List<Person> first(int count) {
        IntFunction<Person> each = this::person;
        return java.util.stream.IntStream.range(0, count).mapToObj(each).toList();
    }
}
