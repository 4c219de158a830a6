package dev.piecewise.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a run asks as, in each dialect, by what the server was asked. */
@Timeout(60)
final class UsersOfARunTest {
    @AutoClose
    private final LoadtestRun load = new LoadtestRun();

    @Test
    void vllmsAdaptersAndLlamaCppsAreThoseThatTheServerLists() {
        load.server()
                .json(
                        "/v1/models",
                        200,
                        "{\"data\":[{\"id\":\"tiny\"},{\"id\":\"a\",\"parent\":\"tiny\"},{\"id\":\"b\",\"parent\":\"tiny\"}]}");
        assertThat(load.run("--dialect", "vllm", "--users", "4", "--requests", "4"))
                .as(load.err())
                .isZero();
        assertThat(load.asked("model")).endsWith("\"a\"", "\"b\"", "\"a\"", "\"b\"");

        load.server()
                .json(
                        "/lora-adapters",
                        200,
                        "[{\"id\":0,\"scale\":1.0},{\"id\":1,\"scale\":1.0},{\"id\":2,\"scale\":1.0}]");
        assertThat(load.run("--dialect", "llamacpp", "--users", "3", "--requests", "3"))
                .isZero();
        assertThat(load.asked("lora"))
                .endsWith(
                        "[{\"id\":0,\"scale\":0.0}]",
                        "[{\"id\":0,\"scale\":1.0}]",
                        "[{\"id\":1,\"scale\":1.0}]",
                        "[{\"id\":2,\"scale\":1.0}]");
    }

    @Test
    void makesPiecewisesUsersWhoHaveNoPlanYetAndErasesThem() {
        load.server()
                .json("/v1/users/loadtest-0", 200, "{\"id\":\"loadtest-0\",\"history_items\":3,\"plan_created\":5}")
                .json("/v1/users/loadtest-1", 404, "{}")
                .json("/v1/users/loadtest-1/history", 200, "{}")
                .json("/v1/users/loadtest-1/plan", 200, "{}");
        assertThat(load.run("--users", "2", "--create-users", "--delete-users"))
                .as(load.err())
                .isZero();
        assertThat(load.server().asked("/v1/users/loadtest-0/plan")).isEmpty();
        assertThat(load.server().asked("/v1/users/loadtest-1/plan")).hasSize(1);
        assertThat(load.server()
                        .asked("/v1/users/loadtest-1/history")
                        .getFirst()
                        .json()
                        .path("items"))
                .hasSize(8);
        assertThat(load.server().asked("/v1/users/loadtest-0").getLast().method())
                .isEqualTo("DELETE");
        assertThat(load.asked("user")).contains("\"loadtest-0\"", "\"loadtest-1\"");
    }

    @Test
    void asksAsThePiecewiseUsersWhoAreThere() {
        load.server()
                .json(
                        "/v1/users",
                        200,
                        "{\"data\":[{\"id\":\"ann\",\"plan_created\":1},{\"id\":\"ben\",\"plan_created\":null},{\"id\":\"eve\",\"plan_created\":2}],\"has_more\":false}");
        assertThat(load.run("--users", "2")).as(load.err()).isZero();
        assertThat(load.asked("user")).contains("\"ann\"", "\"eve\"").doesNotContain("\"ben\"");
        assertThat(load.run("--users", "3")).isEqualTo(1);
        assertThat(load.err()).contains("3 users are to ask, and there are 2", "--create-users");
    }
}
