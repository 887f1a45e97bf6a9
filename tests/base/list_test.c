/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include "support/test.h"

struct letter {
	char c;
	struct tu_link link;
};

static struct letter *letter_of(struct tu_link *link)
{
	return tu_container_of(link, struct letter, link);
}

/* The letters on the list as a text, read both ways to prove that the ring is whole. */
static const char *spell(const struct tu_list *list)
{
	static char text[32];
	size_t n = 0;

	tu_list_each(link, list)
		text[n++] = letter_of(link)->c;
	text[n] = '\0';
	for (struct tu_link *link = list->head.prev; link != &list->head; link = link->prev)
		CHECK(n-- > 0 && letter_of(link)->c == text[n]);
	CHECK_EQ(n, 0);
	return text;
}

static void test_adding_and_removing(void)
{
	struct letter a = { .c = 'a' }, b = { .c = 'b' }, c = { .c = 'c' };
	struct tu_list list;

	tu_list_init(&list);
	CHECK(tu_list_empty(&list) && !tu_list_first(&list) && !tu_list_last(&list));
	CHECK(!tu_link_used(&a.link));
	tu_list_add_tail(&list, &b.link);
	tu_list_add_tail(&list, &c.link);
	tu_list_add_head(&list, &a.link);
	CHECK_STR(spell(&list), "abc");
	CHECK(tu_list_first(&list) == &a.link && tu_list_last(&list) == &c.link);
	tu_list_remove(&b.link);
	CHECK(!tu_link_used(&b.link) && tu_link_used(&a.link));
	CHECK_STR(spell(&list), "ac");
	tu_link_insert(&a.link, &b.link);
	CHECK_STR(spell(&list), "abc");
	CHECK(tu_list_take(&list) == &a.link);
	tu_list_remove(&c.link);
	CHECK_STR(spell(&list), "b");
	CHECK(tu_list_take(&list) == &b.link);
	CHECK(tu_list_empty(&list) && !tu_list_take(&list));
}

static void test_removing_while_walking(void)
{
	struct letter letters[6];
	struct tu_list list;

	tu_list_init(&list);
	for (int i = 0; i < 6; i++) {
		letters[i].c = (char)('a' + i);
		tu_list_add_tail(&list, &letters[i].link);
	}
	tu_list_each_safe(link, &list) {
		if (letter_of(link)->c % 2)
			tu_list_remove(link);
	}
	CHECK_STR(spell(&list), "bdf");
	tu_list_each_safe(link, &list)
		tu_list_remove(link);
	CHECK_STR(spell(&list), "");
}

static void test_splicing(void)
{
	struct letter letters[4];
	struct tu_list one, two;

	tu_list_init(&one);
	tu_list_init(&two);
	tu_list_splice(&one, &two);
	CHECK_STR(spell(&one), "");
	for (int i = 0; i < 4; i++) {
		letters[i].c = (char)('a' + i);
		tu_list_add_tail(i < 2 ? &one : &two, &letters[i].link);
	}
	tu_list_splice(&one, &two);
	CHECK_STR(spell(&one), "abcd");
	CHECK(tu_list_empty(&two));
	tu_list_splice(&two, &one);
	CHECK_STR(spell(&two), "abcd");
}

int main(void)
{
	test_adding_and_removing();
	test_removing_while_walking();
	test_splicing();
	return 0;
}
