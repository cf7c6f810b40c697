/*
 * The words that screening must not take for a person. Word-frequency and stop-word packages do not
 * serve here: frequency lists rank names among words (and so would hide people called James or
 * Maria), stop-word lists lack the words that are names too (grace, mark, rose). What is needed is
 * their intersection, and that is a matter of judgement: English, lower case, without accents.
 */

/** Words that say nothing about anybody; they do not count towards a telling phrase. */
export const functionWords = set(`
  a about after all also am an and any are as at be been before being but by can could did do does
  for from had has have he her here hers him his how i if in into is it its just like me might more
  most my no nor not of off on only or other our out over own per quite rather she should so some
  such than that the their theirs them then there these they this those through to too under until
  up us very was we were what when where which while who with without would xe you your yours ze
`);

/** Phrases are compared without these: "a green hat" is "the green hat", "x at y dot org" x@y.org. */
export const droppedWords = set('a an the at dot');

/** Parts of names that never point to anyone by themselves: particles, generations, degrees. */
export const particles = set(`
  ab abu af al ap av bin bint binti d da das de dei del della den der des di do dos du e el et het
  ibn ii iii iv jr l la las le les lo los mac mc md o op phd pour san santa sr st t te ten ter und
  v van vom von y zu zum zur
`);

/** Forms of address. Before a capitalised common word they make a name of it: "Ms. May". */
export const titles = set(`
  dame dr dra fr frau fraulein herr lady lord madam miss mlle mme mr mrs ms mx prof professor rev
  reverend senor senora sir sra doctor
`);

/**
 * Words that are given or family names as well, and words that people fill a field with. Only what
 * ordinary messages are likely to contain stands here: for every word listed a name can slip
 * through, while a rare one that is flagged in vain (butler, raven) costs a second reading.
 */
export const commonWords = new Set([
  ...functionWords,
  ...set(`
    able above accept action admin affair afternoon age alert alias alien alone amen angel anon
    anonymous answer anybody april arm army around art ask attendee attendees august aunt autumn
    away baby back bad badge bake ball band bang bank banks bar barrel base bay beach beam bean bear
    beard because bee bell bench bends bent berlin best better between big bill billing bin bird bit
    bitten black blank bless block blond blonde blue bluesky board bold bond book boom boot boots
    born boss boston both bottom bow bowl box boy brace branch brand brandy brave bread break brick
    bridge bridges bright bring british broad brook brooks brown brush buddy burden burn button buzz
    cage calendar call came camp cane cap care carry case cash castle cause cave cease chair
    chambers chance channel charge charity chase chat cheek chess child chin choice christian church
    clean clear close cloud coach coast coat code coffee cold come conduct conference constant
    contact cook cool coop cord cotton counter county course court cover craft cream crew cross
    crown cup current cut cutter daily dance dancer dare dark dash date dawn day days dead deal dean
    dear deep desk destiny die differ discord dish dock dollar done door dot down draft draw drew
    drive driver drop drum dry due dull each early earth east eastern easy echo else email end
    england english eve even evening evenings event ever every eye eyes face facebook fair faith
    fall false far farmer fast favor fear feather few field fields fill film find fine finger fire
    first fish flag flash flood flower flowers fly foot force ford forest forever form fort fortune
    forward foster found fountain france frank free french fresh friday friend front full fun funk
    funny gain game garden gate gates gather gay general gentle german get gift girl github gitlab
    give given glad glass glasses glory glove gmail go goal god gold golden gone good goody google
    got grace grand grant grass grave graves gray great greek green grey grill gross ground grow
    guard guest guide gun guy hail hair half hall ham hammer hand hands handy hang happy hard harm
    harmony hat hay head heal heart heat heaven heavy held hello help herb hero hide high hill hills
    hint hold holder holiday holland home honest honey honor honour hook hoop hope horse host hot
    hotel hour house however hug huge human hung hunt hurry hurt husband ice idea idle improve
    innocent instagram instead irc irish iron island issue jacket jam jeans job join journey joy
    judge jump june junior justice keen keep kettle key keys kid kind king kiss kitchen knock know
    known lace lake lamp land landline lane lanyard large last late laugh law laws lead leader leaf
    lean learn least leave led left leg legend less let letter level liberty life light line link
    linkedin list little live lively lobby lock london lone lonely long look loop loose lot loud
    love lovely low loyal luck lucky lunch mad made magic maid mail main major make male man many
    marble march margin mark marks marsh mask mass massage mast master mastodon mate matrix matter
    may maybe mean meet meeting member men mercy merit merry message meter middle mild miles mill
    mind minus mirror miss mister mobile model moment monday money monk month moody moon moral
    morning mother motto mount mountain mouse mouth move much nail name narrow nation nature navy
    near neat neck need never new newcomer news next nice nick night nobody none noon norm north
    note notice novel number nurse ocean odd office old olive once one open orange order organiser
    organizer page pages pain paint painter palace palm pan pants paper parent paris park parks part
    partner pass past pat patch patience patient pay peace peach pence people pepper perfect person
    phone phrase pick piece pink pitch place plain plant play player please point polish pool poor
    porch port post pot pound power powers practice pray press pretty price pride prime print prior
    private prize promise proper proud public pull pure purple quick quiet race rage rail rain
    rainbow ramp rash raw reach read reader ready real reason reception red reef regard rely
    remember remote rest rice rich riches rider ridge right ring rise river rivers road robe rock
    rocky roll rome roof rook room root rope rose rough round row royal ruby rude rule run rush rust
    sad safe said sail saint sale salmon salt same sample sand sands sang sat saturday save saw say
    scarf school scotch scottish sea seal search season see seed seek self send senior serve service
    set shade shadow shall sharp shed sheets shell shield shift shine shiny ship shirt shoe shoes
    shook shore short shot show shy sick side sign signal silk silly silver simple sin since sincere
    sing singer single sister sit skip skirt sky skype slack slate sleep slim slow small smart smile
    smoke smooth snow social soft sole solid somebody someone son song sore sorrow sort soul sound
    south spark sparks speak speaker speakers speed spell spice sponsor spoon spring square staff
    stage stain stamp stand star stars start state station stay steady steel step stew still stock
    stone stones stop storm story strange stranger straw stream street strength strong student style
    sue sugar suit summer summers sun sunday sunny sure sweat sweater sweet table take talent talk
    tall tan tape tart tattoo tax teach team telegram tell temple tender tent text thank thanks
    thing think third thought thread three thunder tide tie till time tiny tips today told toll tomb
    top torn tough tour tower town track trail train travel tree trip true trust truth try tuesday
    turn twin twitter two ugly uncle union unique unit unknown unless upper urban valley vast
    venture venue vest vice victory view village virtue visitor voice volunteer wage wait wake walk
    walker wall walls want war ward warm wash washington watch water waters wave way wealth weave
    web website wednesday week weeks weigh weight weird well welsh west western whatsapp white whole
    wide wife wild will wind winner winning winter winters wise wish within witness woman wonder
    wood wooden word words work worker workshop world worth write writer wrong yard yellow yes yield
    young younger youth zoom
  `),
]);

function set(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
