"""What is written beside the ads: what each column means, what is planted, and the right answer to each case."""

from __future__ import annotations

_FILES = """\
These ads are SYNTHETIC. filrouge invented them: {ads:,} ads, seed {seed}, difficulty {difficulty}.

No person, organisation, agency or phone in them exists: phones are numbers kept for fiction (555-01xx in
North America, Arcep's in France), addresses are under example.com, example.org and example.net.

ads.csv                the ads: id, text, agency, posted, location{image_column}
truth.csv              what is true of each ad:
    cluster            ads of one cluster were written from one template; empty: the template was used once
    organisation       who used the template; empty: a person alone, whose repeated ads are a cluster too
    template, language, trade
    noise              share of the template's words that were dropped, replaced, added to or disguised
    layout             plain, reordered, shortened (by a third) or embedded (set into another text)
    shared_paragraph   true where the ad has only a paragraph in common with its cluster (layout embedded)
    dressing           what was done to all the words: capitals, ornaments, mojibake, ...
    network            ads of one network are the work of one operation; empty: of none
    role               organised, independent, spam (one text with one link, everywhere) or house (a site's
                       own ad)
    case               which planted case the ad belongs to, see below; empty: an ordinary one
identifiers_truth.csv  phones, e-mails, urls and handles: value in canonical form, and as written in the ad;
                       owner "agency" if it stands in the house text of the agency, "switchboard" if it is
                       the agency's number that puts callers through to advertisers

Made again, byte for byte, by:
    filrouge synth --ads {ads} --seed {seed} --difficulty {difficulty}{option} --out DIR
Scored by:
    filrouge compare DIR/ads.csv --out FINDINGS
    filrouge evaluate --truth DIR/truth.csv --clusters FINDINGS/clusters.csv
"""

_PLANTED = """\
    filrouge evaluate --truth DIR/truth.csv --clusters FINDINGS/network_members.csv --column network

What is planted, and the right answer to each case (column `case` of truth.csv)
-------------------------------------------------------------------------------
Half of the ads are by operations (role organised or spam), half by people alone and, a few, by sites.

Every writer has habits (spacing, capitals, sentence ends, misspellings, a sign) that hold in all of that
writer's texts. Many writers share each single habit: together they are weak evidence. They are part of the
template, so that they make its copies neither easier nor harder to find.

Operations. Of each the right answer is one network, if nothing else is said.
(empty)      Ordinary: two to six texts, in up to two languages, two to twelve phones that all texts share,
             names, cities one after another, a common album of images.
phones       Three to six texts with names, accounts, images and phones of their own. One phone is in both
             the ads of a text and those of the next, and that is all that joins them (beside the hand).
row          As `phones`, two to five texts; all their numbers were bought in a row and follow one another.
movement     Two to four texts with nothing in common, no phone, name, account or image, but that they go
             through the same five to eight cities in one order, in the same days (and the hand is one).
             Chance does not do that to strangers, so: one network.
turnover     Two texts that share each phone while it lasts; every 18 to 40 days it is given up for a new
             one, and a third of the names with it. Early and late ads share neither phone nor most names.
franchise    Branches in three to six cities, each with its own owner (column `organisation`), phone and
             name; text and bookings page are the head office's. One network: one office writes for all and
             takes the bookings. That this is lawful and open is for a person to see; it is organised.
twins        Two groups that bought one text, used by both (one `cluster`); each has another text of its own,
             joined to it by its phones. Two networks: a bought text shows who sold it, not who works with
             whom, and nothing else is common to them.
spam         One text with one link, in many cities within two days under a dozen names. One hand, so one
             network; role spam.

People alone. Of each the right answer is: no network, not ranked. What repeats is one person's.
(empty)      Ordinary: one to eight ads of one text in one city, now and then in one other.
repost       One text posted five to eight times over months, with one phone: what people do who advertise.
stock        Texts of stock sentences that anybody would write. What all say joins nobody.
moved        Whose number and text are in one city first and in another after: a person who moved once.
tours        One name, one text, one phone through three to five cities: travelling is not organisation.
fair         Many people from other towns in one city in one week, since a fair is on: they share a city and
             days with many others, and no second city.
flat         Two people with their own texts and numbers, who for some weeks give one address and its phone.
             Neighbours at a door are not one hand: before and after, nothing joins them.
passed on    A number given up by its owner (a person, or an operation of case `turnover`) and three months
             or more later another person's, in another text: phone companies give numbers out again. The
             new owner is joined to nobody.
switchboard  Advertisers without a phone who give their site's number, which puts callers through. A number
             of many unrelated people on one site says where they advertise, not with whom.
house        A site's own ad for itself in several cities. Not an operation of advertisers, whoever sees it.

Images: `image_hash` is a 64-bit perceptual hash in hexadecimal. Copies of a picture differ in up to five
bits, others in about 32; a tenth of the ads carry one of forty stock pictures that strangers share, a third
none. The texts of `phones`, `row` and `movement` share no picture within one operation.

Numbers kept for fiction are few, so strangers have numbers that differ in one digit far more often than in
life: what near numbers are worth is shown too low here, not too high.
"""


def readme(ads: int, seed: int, difficulty: float, templates_only: bool) -> str:
    """The text for one set."""
    files = _FILES.format(
        ads=ads,
        seed=seed,
        difficulty=difficulty,
        image_column="" if templates_only else ", image_hash",
        option=" --templates-only" if templates_only else "",
    )
    return files if templates_only else f"{files}{_PLANTED}"
