/* Tests of messages with a page: whose it is, who pays, and what is refused. */
#include "ipc/endpoint_test.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "thread/thread.h"
#include "vmm/vmm_test.h"

enum { BASE = VM_USERLO + 8 * SUPERPAGE_SIZE, MARK = 0x4d41524b };

/* Two processes with spaces: the sender has a page that is writable at BASE, and one that is
 * not after it. */
struct scene {
    struct party      from, to;
    struct test_space source, target;
};

static void scene_begin(struct scene *scene, uint32_t target_limit)
{
    party_begin(&scene->from, 1);
    party_begin(&scene->to, 2);
    test_space_begin(&scene->source, 10);
    test_space_begin(&scene->target, target_limit);
    EXPECT_EQ(test_map_words(&scene->source.space, BASE, MARK, PERM_WRITE), 0);
    EXPECT_EQ(test_map_words(&scene->source.space, BASE + PAGE_SIZE, MARK + 1, PERM_READ), 0);
}

static void scene_end(struct scene *scene)
{
    party_end(&scene->from);
    party_end(&scene->to);
    test_space_close(&scene->target);
    test_space_end(&scene->source);
}

static struct action sending_action(struct scene *scene, uaddr_t page, uint32_t perm)
{
    return (struct action){
        .party = &scene->from, .partner = &scene->to, .operation = SEND,
        .message = { .value = 7, .page = page, .perm = perm }, .space = &scene->source.space,
    };
}

static struct action receiving_action(struct scene *scene, uaddr_t page_to)
{
    return (struct action){
        .party = &scene->to, .operation = RECEIVE, .page_to = page_to,
        .space = &scene->target.space,
    };
}

static void run_on_own_thread(struct action *action, int error)
{
    action->thread = test_spawn(test_cpu(1), action_run_in_space, action);
    action_join(action, error);
}

static void expect_mapped(struct scene *scene, uaddr_t at, uaddr_t original, uint32_t perm)
{
    paddr_t page = 0, sent = 0;
    uint32_t is, unused;

    EXPECT_EQ(space_lookup(&scene->source.space, original, &sent, &unused), 0);
    EXPECT_EQ(space_lookup(&scene->target.space, at, &page, &is), 0);
    EXPECT_EQ(page, sent);
    EXPECT_EQ(is, perm);
    EXPECT_EQ(page_references(page), 2);
}

/* Whether sender or receiver comes first; with the rights asked for, which may be less than the
 * sender's. */
KTEST(ipc, page_arrives)
{
    for (unsigned receiver_first = 0; receiver_first < 2; receiver_first++) {
        static struct scene scene;

        scene_begin(&scene, 10);
        struct action receive = receiving_action(&scene, BASE + 5 * PAGE_SIZE);
        struct action send = sending_action(&scene, BASE, receiver_first ? PERM_WRITE : PERM_READ);
        if (receiver_first) {
            action_start(&receive, test_cpu(1), &scene.to.endpoint.receivers);
            run_on_own_thread(&send, 0);
            action_join_received(&receive, 1, 7);
        } else {
            action_start(&send, test_cpu(1), &scene.to.endpoint.senders);
            run_on_own_thread(&receive, 0);
            action_join(&send, 0);
        }
        EXPECT(receive.received.has_page);
        EXPECT_EQ(receive.received.perm, send.message.perm);
        expect_mapped(&scene, receive.page_to, BASE, send.message.perm);
        scene_end(&scene);
    }
}

/* A page that the receiver does not want, or none although it wants one. */
KTEST(ipc, page_unwanted)
{
    static struct scene scene;

    scene_begin(&scene, 2);
    struct action receive = receiving_action(&scene, 0);
    struct action send = sending_action(&scene, BASE, PERM_WRITE);
    action_start(&receive, test_cpu(1), &scene.to.endpoint.receivers);
    run_on_own_thread(&send, 0);
    action_join_received(&receive, 1, 7);
    EXPECT(!receive.received.has_page && receive.received.perm == 0);
    EXPECT_EQ(scene.target.space.pages, 1);

    receive = receiving_action(&scene, BASE);
    send = sending_action(&scene, 0, 0);
    action_start(&receive, test_cpu(1), &scene.to.endpoint.receivers);
    run_on_own_thread(&send, 0);
    action_join_received(&receive, 1, 7);
    EXPECT(!receive.received.has_page);
    EXPECT_EQ(scene.target.space.pages, 2);     /* the page table, for the next time */
    scene_end(&scene);
}

/* More rights than the sender has, no page, no such address: for sender and receiver. */
KTEST(ipc, page_refused)
{
    static const struct {
        uaddr_t  page;
        uint32_t perm;
        int      error;
    } bad[] = {
        { BASE + PAGE_SIZE, PERM_WRITE, E_INVAL_ARG },
        { BASE + 2 * PAGE_SIZE, PERM_READ, E_INVAL_ADDR },
        { BASE + 1, PERM_READ, E_INVAL_ADDR },
        { VM_USERLO - PAGE_SIZE, PERM_READ, E_INVAL_ADDR },
        { UTOP, PERM_READ, E_INVAL_ADDR },
    };
    static struct scene scene;

    scene_begin(&scene, 10);
    struct action receive = receiving_action(&scene, BASE);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct action send = sending_action(&scene, bad[i].page, bad[i].perm);
        run_on_own_thread(&send, bad[i].error);     /* although no thread receives */
    }
    action_start(&receive, test_cpu(1), &scene.to.endpoint.receivers);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct action send = sending_action(&scene, bad[i].page, bad[i].perm);
        run_on_own_thread(&send, bad[i].error);
    }
    struct action good = sending_action(&scene, BASE + PAGE_SIZE, PERM_READ);
    run_on_own_thread(&good, 0);
    action_join_received(&receive, 1, 7);
    for (size_t i = 2; i < ARRAY_SIZE(bad); i++) {
        receive = receiving_action(&scene, bad[i].page);
        run_on_own_thread(&receive, bad[i].error);
    }
    scene_end(&scene);
}

/* The page was there when the sender began to wait, and is not any more, or not writable. */
KTEST(ipc, page_gone_meanwhile)
{
    for (unsigned gone = 0; gone < 2; gone++) {
        static struct scene scene;

        scene_begin(&scene, 10);
        struct action send = sending_action(&scene, BASE, PERM_WRITE);
        struct action word = sending_action(&scene, 0, 0);
        action_start(&send, test_cpu(1), &scene.to.endpoint.senders);
        action_start(&word, test_cpu(1), &scene.to.endpoint.senders);
        if (gone)
            EXPECT_EQ(space_unmap(&scene.source.space, BASE), 0);
        else
            test_protect(&scene.source.space, BASE);
        struct action receive = receiving_action(&scene, BASE);
        run_on_own_thread(&receive, 0);
        EXPECT(!receive.received.has_page);
        action_join(&send, gone ? E_INVAL_ADDR : E_INVAL_ARG);
        action_join(&word, 0);
        scene_end(&scene);
    }
}

/* The receiver's quota is used up: the sender gets the error, and the receiver waits on, or serves
 * the next one. */
KTEST(ipc, page_exceeds_quota)
{
    static struct scene scene;

    scene_begin(&scene, 2);                     /* the directory and a page table */
    struct action receive = receiving_action(&scene, BASE);
    struct action send = sending_action(&scene, BASE, PERM_READ);
    struct action word = sending_action(&scene, 0, 0);
    action_start(&receive, test_cpu(1), &scene.to.endpoint.receivers);
    run_on_own_thread(&send, E_EXCEEDS_QUOTA);
    run_on_own_thread(&word, 0);
    action_join_received(&receive, 1, 7);
    EXPECT(!receive.received.has_page);

    action_start(&send, test_cpu(1), &scene.to.endpoint.senders);
    action_start(&word, test_cpu(1), &scene.to.endpoint.senders);
    receive = receiving_action(&scene, BASE);
    run_on_own_thread(&receive, 0);
    EXPECT(!receive.received.has_page);
    action_join(&send, E_EXCEEDS_QUOTA);
    action_join(&word, 0);
    receive = receiving_action(&scene, BASE + SUPERPAGE_SIZE);
    run_on_own_thread(&receive, E_EXCEEDS_QUOTA);   /* for another page table */
    scene_end(&scene);
}
