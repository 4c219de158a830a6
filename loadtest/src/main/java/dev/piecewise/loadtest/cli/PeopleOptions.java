package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.dialect.Dialect;
import dev.piecewise.loadtest.dialect.People;
import dev.piecewise.loadtest.dialect.Person;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.setup.Discovery;
import dev.piecewise.loadtest.setup.Histories;
import dev.piecewise.loadtest.setup.PiecewiseUsers;
import dev.piecewise.loadtest.setup.Rest;
import dev.piecewise.loadtest.setup.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who the users are. */
final class PeopleOptions {
    private static final String NAMES = "loadtest-{n}";
    private static final int INVENTED_ITEMS = 8;
    private static final int INVENTED_WORDS = 24;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--user-names",
            paramLabel = "TEMPLATE",
            description = "Names with {n}. Without, Piecewise's users who have a plan, else " + NAMES + ".")
    private @Nullable String names;

    @Option(
            names = "--user-file",
            paramLabel = "FILE",
            description = "A user in each line; after white space the adapter.")
    private @Nullable Path file;

    @Option(
            names = "--adapter",
            paramLabel = "TEMPLATE",
            description =
                    "vllm, llamacpp: adapters with {n}, {user}, {model}. Without, those that the server lists, in turns.")
    private @Nullable String adapter;

    @Option(
            names = "--create-users",
            description = "Piecewise: make those users who have no plan, of histories, before the first run.")
    private boolean create;

    @Option(
            names = "--histories",
            paramLabel = "FILE",
            description = "With --create-users: a users file. Without, histories of plain words.")
    private @Nullable Path histories;

    @Option(names = "--delete-users", description = "With --create-users: erase them after the last run.")
    private boolean delete;

    /** Before anything is asked: whether the options can be meant for any of these. */
    void check(List<Target> targets) {
        boolean piecewise = targets.stream().anyMatch(target -> target.dialect() == Dialect.PIECEWISE);
        boolean named = targets.stream().anyMatch(target -> target.dialect().namesAdapters());
        Usage.require(spec, piecewise || !create, "--create-users is for the dialect piecewise");
        Usage.require(spec, create || !delete, "--delete-users is for users that --create-users makes");
        Usage.require(spec, adapter == null || named, "--adapter is for vllm and llamacpp");
    }

    /** So many users of that server, who are there when this returns. */
    People people(int count, Target target, Discovery found, Rest rest, ProgressLine progress)
            throws InterruptedException {
        if (count == 0) {
            return People.of(NAMES, "", target.model());
        }
        People people = chosen(count, target, found, rest);
        if (target.dialect() == Dialect.LLAMACPP) {
            checkNumbers(people.first(count));
        }
        if (create && target.dialect() == Dialect.PIECEWISE) {
            new PiecewiseUsers(rest)
                    .create(people.first(count), histories(), done -> progress.step("users", done, count));
        }
        return people;
    }

    private People chosen(int count, Target target, Discovery found, Rest rest) throws InterruptedException {
        String template = names == null ? NAMES : names;
        if (file != null) {
            List<Person> listed = read(file);
            return People.listed(enough(listed, count, "in " + file));
        }
        if (target.dialect().namesAdapters()) {
            if (adapter != null) {
                return People.of(template, adapter, target.model());
            }
            if (found.adapters().isEmpty()) {
                throw new SetupException("the server lists no adapters: name them with --adapter or --user-file");
            }
            return People.sharing(template, found.adapters());
        }
        if (target.dialect() == Dialect.PIECEWISE && names == null && !create) {
            List<Person> there = new PiecewiseUsers(rest).withPlans(count);
            return People.listed(enough(there, count, "with a plan on the server: --create-users makes them"));
        }
        return People.of(template, "", target.model());
    }

    private static List<Person> enough(List<Person> people, int count, String where) {
        if (people.size() < count) {
            throw new SetupException("%d users are to ask, and there are %d %s".formatted(count, people.size(), where));
        }
        return people;
    }

    private static List<Person> read(Path file) {
        try {
            return People.parse(Files.readAllLines(file));
        } catch (IOException e) {
            throw new SetupException("--user-file: %s cannot be read".formatted(file), e);
        }
    }

    private static void checkNumbers(List<Person> people) {
        for (Person person : people) {
            if (!person.adapter().matches("\\d{1,9}")) {
                throw new SetupException("llama.cpp knows adapters by number, and that of %s is '%s'"
                        .formatted(person.name(), person.adapter()));
            }
        }
    }

    private Histories histories() {
        return histories == null ? Histories.invented(INVENTED_ITEMS, INVENTED_WORDS) : Histories.read(histories);
    }

    /** Erases those that were made, where that is asked for. */
    void clean(Side side, int count, ProgressLine progress) throws InterruptedException {
        if (delete && side.target().dialect() == Dialect.PIECEWISE) {
            new PiecewiseUsers(side.rest())
                    .delete(side.people().first(count), done -> progress.step("erasing users", done, count));
        }
    }
}
