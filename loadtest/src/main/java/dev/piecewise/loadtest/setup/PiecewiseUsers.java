package dev.piecewise.loadtest.setup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.loadtest.dialect.Person;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Users of a Piecewise server, over its API. */
public final class PiecewiseUsers {
    private static final int PAGE = 1000;
    private static final int AT_ONCE = 4;
    private static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

    private final Rest rest;

    public PiecewiseUsers(Rest rest) {
        this.rest = rest;
    }

    /** Users who have a plan, in the order of their names; so many at most. */
    public List<Person> withPlans(int most) throws InterruptedException {
        List<Person> people = new ArrayList<>();
        String after = "";
        for (boolean more = true; more && people.size() < most; ) {
            String query = after.isEmpty() ? "" : "&after=" + Rest.part(after);
            Rest.Reply page = rest.get("/v1/users?limit=%d%s".formatted(PAGE, query));
            if (!page.isFine()) {
                throw new SetupException("the server does not list its users: " + page.error());
            }
            for (JsonNode user : page.body().path("data")) {
                after = user.path("id").asText();
                if (user.hasNonNull("plan_created") && people.size() < most) {
                    people.add(new Person(after, ""));
                }
            }
            more = page.body().path("has_more").asBoolean(false);
        }
        return people;
    }

    /** Makes those who have no plan yet: history, then plan. {@code done} is told how many are there. */
    public void create(List<Person> people, Histories histories, IntConsumer done) throws InterruptedException {
        each(people.size(), done, number -> make(people.get(number).name(), histories, number));
    }

    /** Erases them. */
    public void delete(List<Person> people, IntConsumer done) throws InterruptedException {
        each(people.size(), done, number -> rest.delete(path(people.get(number).name())));
    }

    private void make(String name, Histories histories, int number) throws InterruptedException {
        Rest.Reply known = rest.get(path(name));
        if (known.isFine() && known.body().hasNonNull("plan_created")) {
            return;
        }
        if (!known.isFine() || known.body().path("history_items").asInt(0) == 0) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.set("items", histories.items(number));
            check(name, rest.post(path(name) + "/history", body));
        }
        Rest.Reply plan = rest.post(path(name) + "/plan?wait=600", NOTHING);
        check(name, plan);
        if (plan.status() == 202) {
            throw new SetupException("the plan of user %s takes longer than ten minutes".formatted(name));
        }
    }

    private static void check(String name, Rest.Reply reply) {
        if (!reply.isFine()) {
            throw new SetupException("user %s cannot be made: %s".formatted(name, reply.error()));
        }
    }

    private static String path(String name) {
        return "/v1/users/" + Rest.part(name);
    }

    @FunctionalInterface
    private interface Step {
        void of(int number) throws InterruptedException;
    }

    private static void each(int count, IntConsumer done, Step step) throws InterruptedException {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<Boolean>> steps = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                Callable<Boolean> one = () -> {
                    step.of(number);
                    return true;
                };
                steps.add(threads.submit(one));
            }
            try {
                for (int i = 0; i < count; i++) {
                    steps.get(i).get();
                    done.accept(i + 1);
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof SetupException known ? known : new SetupException(String.valueOf(e), e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
        }
    }
}
