# 帮助的中文。英文就是命令行的定义本身（src/cli）。
#
# 名称：help-命令，help-命令-long（--help 的详细说明），help-命令-notes（示例和注意事项）；
# help-命令-arg-参数，多个命令共用的为 help-arg-参数；取值为 …-value-值。
# 只有命令、没有注释的示例不需要翻译。file sign 与 sign 是同一个命令。

help-usage = 用法
help-commands = 命令
help-arguments = 参数
help-options = 选项
help-examples = 示例
help-default = 默认 { $value }
help-environment = 环境变量 { $name }
help-one-of = 可选 { $values }
help-values = 可选值：
help-heading-which-usbkey = 选择 USBKEY
help-heading-output = 输出
help-heading-pin = 口令
help-arg-help = 显示帮助（-h 为摘要，--help 为全文）
help-arg-version = 显示版本

# ---- 命令行本身的错误 ----

help-error-unknown = 未知的参数 { $what }
help-error-no-command = 没有 { $command } 这个命令
help-error-missing = 缺少必需的参数：{ $what }
help-error-conflict = { $what } 不能与 { $other } 同时使用
help-error-conflicts = { $what } 不能与另一个已写的参数同时使用
help-error-twice = { $what } 只能写一次
help-error-too-many = { $what } 不带值，但写了 { $value }
help-error-no-value = { $what } 缺少值
help-error-value = { $what } 的值 { $value } 无效
help-error-possible = （可选 { $values }）
help-error-range = 应为 { $least } 至 { $most }
help-error-no-number = 不是整数
help-error-too-large = 数太大
help-error-guess = 是否想写 { $what }？
help-error-more = 更多帮助请用 --help 查看。

# ---- ukey-admin ----

help = 管理和使用 USBKEY（智能密码钥匙）
help-long = 管理和使用 USBKEY（智能密码钥匙，GM/T 0016、GM/T 0017）：初始化，管理口令、密钥和证书，对文件签名、验签、加密和解密，以及查找故障。
help-after =
    基本步骤：
      ukey-admin device list                          查看插入了哪些 USBKEY
      ukey-admin device init --set-label '投标一号'   初始化空白 USBKEY
      ukey-admin enroll --ca ca --subject 'C=CN,O=ACME,CN=ACME tenders'
      ukey-admin sign tender.pdf                      生成 tender.pdf.p7s
      ukey-admin verify tender.pdf --ca ca
      ukey-admin encrypt tender.pdf                   生成 tender.pdf.enc
      ukey-admin decrypt tender.pdf.enc
      ukey-admin doctor                               出现问题时运行
help-notes =
    基本步骤：
      ukey-admin device list                          查看插入了哪些 USBKEY
      ukey-admin device init --set-label '投标一号'   初始化空白 USBKEY
      ukey-admin enroll --ca ca --subject 'C=CN,O=ACME,CN=ACME tenders'
      ukey-admin sign tender.pdf                      生成 tender.pdf.p7s
      ukey-admin verify tender.pdf --ca ca
      ukey-admin encrypt tender.pdf                   生成 tender.pdf.enc
      ukey-admin decrypt tender.pdf.enc
      ukey-admin doctor                               出现问题时运行

    口令来源（--pin-source、--so-pin-source、--new-pin-source）：
      prompt      在终端上询问，不回显（默认）
      env:NAME    环境变量 NAME 的值
      file:PATH   文件的下一行，该文件只能由您本人读取
      fd:N        文件描述符 N 的下一行
      stdin       标准输入的下一行
      agent       在桌面窗口中询问（pinentry；见 ukey.toml 中的 [pin] pinentry）
      不能把口令本身写在命令行上：其他人看得到。

    退出码：
      0 成功               6 口令已锁定      11 USBKEY 已拔出
      1 失败               7 未找到          12 不支持
      2 用法错误           8 已存在          13 验证不通过
      3 没有 USBKEY        9 没有权限        14 批量任务只完成了一部分
      4 口令错误          10 USBKEY 被占用  130 已中断
      5 有多把 USBKEY（或多个容器），但没有选择
      doctor：0 一切正常，1 有警告，2 有失败；skf test：0 全部通过，2 有失败

    环境变量：
      UKEY_SERIAL          要使用的 USBKEY 的序列号
      UKEY_PIN_SOURCE、UKEY_SO_PIN_SOURCE、UKEY_NEW_PIN_SOURCE
      UKEY_CONFIG          配置文件，代替 /etc/ukey/ukey.toml 和用户的配置文件
      UKEY_PCSC=on|off     是否查找 PC/SC 读卡器中的 USBKEY
      UKEY_EMBEDDED=PATHS  软件 USBKEY 的映像文件，用冒号分隔
      UKEY_LOG=FILTER      把日志写到标准错误，例如 ukey_token=debug
      LC_ALL、LC_MESSAGES、LANG、LANGUAGE  语言：zh 开头为中文，其他为英文
      NO_COLOR             不使用颜色

# ---- 各命令共用的参数 ----

help-arg-serial = 使用该序列号的 USBKEY
help-arg-label = 使用该标签的 USBKEY
help-arg-uri = 使用该 PKCS#11 URI 所指的 USBKEY（RFC 7512；serial、token、model 和 manufacturer）
help-arg-cert-subject = 使用证书主体中含有该文字的 USBKEY
help-arg-application = 使用 USBKEY 上的该应用（默认：唯一的应用，否则为 UKEY）
help-arg-json = 输出一个 JSON 对象（格式 ukey/1），不提问
help-arg-lang = 文字的语言（默认由环境变量决定，使用 --json 时为 en）
help-arg-lang-value-en = 英文
help-arg-lang-value-zh = 简体中文
help-arg-quiet = 只输出结果和错误
help-arg-verbose = 把日志写到标准错误，写两次更详细（口令和密钥从不记录）
help-arg-non-interactive = 不提问；需要提问时直接失败
help-arg-pin-source = 用户口令的来源：prompt、agent、env:NAME、file:PATH、fd:N 或 stdin
help-arg-so-pin-source = 管理员口令（SO PIN）的来源，写法同 --pin-source
help-arg-new-pin-source = 新口令的来源；prompt 会询问两遍
help-arg-last-try-ok = 即使只剩最后一次机会也尝试口令
help-arg-yes = 不再要求输入序列号的最后四个字符
help-arg-dry-run = 只显示将会发生什么，不做任何改动
help-arg-output = 输出文件；- 表示标准输出
help-arg-force = 覆盖已有的输出文件
help-arg-subject = 主体名称，例如 'C=CN,O=ACME,CN=ACME tenders'
help-arg-ca = ukey-ca 的状态目录：一次运行完成请求和应答
help-arg-request = 把请求写入该文件后停止；请将文件交给 CA
help-arg-answer = 用 CA 对该请求的应答继续
help-arg-trust = 应答必须追溯到的 CA 证书，从其他可靠途径获得（使用 --answer 时默认为应答中的证书）
help-arg-same-key = 两对密钥都保持不变
help-arg-days = 证书的有效天数
help-arg-pin-tries = 连续输错多少次锁定用户口令
help-arg-so-pin-tries = 连续输错多少次锁定管理员口令
help-arg-usage = 两对密钥中的哪一对
help-arg-usage-value-sign = 签名密钥对
help-arg-usage-value-encrypt = 加密密钥对
help-arg-format = 输出格式
help-arg-format-value-pem = 文本，带 BEGIN 和 END 行
help-arg-format-value-der = 二进制
help-arg-why = 原因
help-arg-why-value-unspecified = 不说明原因
help-arg-why-value-lost = USBKEY 丢失或被盗
help-arg-why-value-broken = USBKEY 损坏
help-arg-why-value-changed = 持有者的信息变更
help-arg-why-value-superseded = 已被新证书取代
help-arg-why-value-closed = 持有者不再需要

# ---- device ----

help-device = 列出、查看和初始化 USBKEY
help-device-list = 列出插入的 USBKEY
help-device-watch = 报告 USBKEY 的插拔，直到按 Ctrl-C；使用 --json 时每行一个对象
help-arg-count = 报告这么多次后结束
help-arg-timeout = 这么多秒后结束
help-device-info = 显示一把 USBKEY 的全部信息：版本、空间、应用、口令状态
help-device-init = 初始化 USBKEY：创建应用，设置两个口令
help-device-init-long =
    初始化 USBKEY：创建应用，设置两个口令

    空白 USBKEY 会直接初始化。如果已有该应用，则先销毁其中的全部内容（密钥、证书、文件），为此需要输入序列号的最后四个字符。
help-device-init-notes =
    示例：
      ukey-admin device init --set-label '投标一号'
      ukey-admin device init --so-pin-source file:so.pin --pin-source file:user.pin
      ukey-admin device init --new-auth-key-file device.key   同时更换出厂的设备认证密钥
      ukey-admin device init --dry-run                        显示会销毁哪些内容
help-device-init-arg-set-label = 要写入的标签，最长 31 字节（约 10 个汉字）
help-device-init-arg-name = 要创建的应用的名称
help-device-init-arg-pin-source = 要设置的用户口令的来源；prompt 会询问两遍
help-device-init-arg-new-auth-key-file = 更换设备认证密钥：使用该文件中的密钥，或者生成新的随机密钥并写入该文件

# ---- pin ----

help-pin = 查看、修改和解锁口令，以及查看对口令的要求
help-pin-status = 查看剩余重试次数，不消耗重试次数
help-pin-policy = 显示口令的长度、连续输错多少次锁定，以及本机对新口令的要求
help-pin-policy-notes =
    示例：
      ukey-admin pin policy
      ukey-admin --json pin policy | jq .data.pin

    本机的要求见 policy set。
help-pin-change = 修改用户口令，使用 --so 时修改管理员口令
help-pin-change-arg-so = 修改管理员口令（SO PIN），而不是用户口令
help-pin-unblock = 用管理员口令为已锁定或忘记的用户口令设置新值
help-pin-unblock-notes =
    示例：
      ukey-admin pin unblock
      ukey-admin pin unblock --so-pin-source file:so.pin --new-pin-source env:NEW_PIN
      ukey-admin pin unblock --offline        显示请求码，由操作员给出应答码（见 pin answer）
help-pin-unblock-arg-offline = 不用管理员口令：显示请求码，再输入操作员在别处给出的应答码
help-pin-unblock-arg-answer-source = 操作员的应答码的来源；prompt 会询问
help-pin-answer = 应答 pin unblock --offline 在另一台电脑上显示的请求码
help-pin-answer-long =
    应答 pin unblock --offline 在另一台电脑上显示的请求码

    由知道管理员口令的人运行。应答码只能在那一把 USBKEY 上设置一次用户口令；管理员口令不会离开本机，新的用户口令也不会传到这里。
help-pin-answer-arg-code = 持有者读出的请求码

# ---- app ----

help-app = 列出、创建和删除应用
help-app-list = 列出应用及其口令状态和可用数量
help-app-create = 在已有应用之外再创建一个应用；需要设备认证密钥
help-app-create-long =
    在已有应用之外再创建一个应用；需要设备认证密钥

    每个应用有自己的口令、容器和文件。多数 USBKEY 只有一个应用，由 device init 创建。口令的重试次数在此确定，以后不能更改（GM/T 0017）。
help-app-create-arg-name = 要创建的应用的名称，最长 48 字节
help-app-create-arg-pin-source = 要设置的用户口令的来源；prompt 会询问两遍
help-app-delete = 永久删除应用及其全部内容；需要设备认证密钥
help-app-delete-long =
    永久删除应用及其全部内容；需要设备认证密钥

    先显示会失去哪些内容，并要求输入序列号的最后四个字符。
help-app-delete-arg-name = 应用的名称

# ---- container, retired ----

help-container = 列出和删除容器
help-container-list = 列出容器及其密钥和证书
help-container-delete = 永久删除容器及其密钥和证书
help-container-delete-long =
    永久删除容器及其密钥和证书

    用其加密密钥加密的文件，以后只有在 CA 恢复该密钥后才能解密。先显示会失去哪些内容，并要求输入序列号的最后四个字符。
help-container-delete-arg-container = 容器的名称
help-retired = 列出、导出和删除只用于解密的容器：延期后的旧密钥和恢复的密钥
help-retired-list = 列出这些容器，以及它们能解密加密给谁的文件
help-retired-export = 导出此前文件加密时使用的证书
help-retired-export-arg-which = 所在的容器，或证书序列号的开头部分（见 retired list）
help-retired-drop = 永久删除其中一个；加密给它的文件将无法再解密
help-retired-drop-notes =
    示例：
      ukey-admin retired drop main --dry-run
      ukey-admin retired drop main

    请在加密给它的投标文件全部开标之后再删除。正在使用的容器不能删除。
help-retired-drop-arg-container = 容器的名称

# ---- key ----

help-key = 列出、生成、导入、导出和删除密钥对
help-key-list = 列出容器及其密钥和证书；与 container list 相同
help-key-generate = 在 USBKEY 内生成签名密钥对；私钥不会离开 USBKEY
help-key-generate-long =
    在 USBKEY 内生成签名密钥对；私钥不会离开 USBKEY

    双证书中的加密密钥对由 CA 产生，见 enroll。
help-key-generate-arg-container = 存放密钥对的容器；不存在时创建
help-key-generate-arg-algorithm = 密钥的算法
help-key-generate-arg-algorithm-value-sm2 = SM2，256 位
help-key-generate-arg-algorithm-value-rsa2048 = RSA，2048 位
help-key-generate-arg-algorithm-value-rsa3072 = RSA，3072 位
help-key-generate-arg-algorithm-value-rsa4096 = RSA，4096 位
help-key-export = 导出密钥对的公钥
help-key-export-arg-container = 容器（默认：唯一有该密钥对的容器）
help-key-import = 导入 CA 用签名公钥保护的加密密钥对
help-key-import-long =
    导入 CA 用签名公钥保护的加密密钥对

    支持 SM2EnvelopedKey（GM/T 0009）和 CSRResponse（GM/T 0092），PEM 或 DER。证书的导入见 cert import。
help-key-import-arg-input = 含有受保护密钥对的文件；- 表示标准输入
help-key-import-arg-container = 签名密钥与之对应的容器（默认：唯一的容器）

help-key-delete = 永久删除容器及其两对密钥和证书；与 container delete 相同
help-key-delete-long =
    永久删除容器及其两对密钥和证书；与 container delete 相同

    USBKEY 没有只删除一对密钥的指令（GM/T 0016）。延期时会自动处理旧容器中的签名密钥。
help-key-delete-arg-container = 容器的名称
help-key-move = 无法实现：密钥只能留在生成它的容器中（退出码 12）
help-key-move-long =
    无法实现：密钥只能留在生成它的容器中（退出码 12）

    GM/T 0016 和 0017 没有移动密钥或为容器改名的指令，私钥也不会离开 USBKEY。另一个容器的密钥须在其中生成：key generate 或 renew。
help-key-move-notes =
    示例：
      ukey-admin key move old new; echo $?                    12
help-key-move-arg-from = 密钥所在的容器
help-key-move-arg-to = 要移到的容器
help-key-attest = 无法实现：USBKEY 没有证明密钥（退出码 12）
help-key-attest-long =
    无法实现：USBKEY 没有证明密钥（退出码 12）

    GM/T 0016 和 0017 没有规定由 USBKEY 证明密钥是在其内部生成的。最接近的是 CA 的证明：CA 能看到制作时生成的请求（batch、enroll）。
help-key-attest-notes =
    示例：
      ukey-admin key attest main; echo $?                     12
help-key-attest-arg-container = 密钥所在的容器

# ---- cert ----

help-cert = 证书的请求、自签名、导入、导出、列出和检查
help-cert-request = 生成由签名密钥签名的证书请求（CSR，PKCS#10）
help-cert-request-arg-container = 签名密钥所在的容器（默认：唯一的容器）
help-cert-import = 把证书存放到与之对应的密钥对旁
help-cert-import-long =
    把证书存放到与之对应的密钥对旁

    根据公钥找到容器以及用途（签名或加密）；USBKEY 上没有对应密钥的证书会被拒绝。
help-cert-import-arg-input = 证书，PEM 或 DER；- 表示标准输入
help-cert-import-arg-container = 证书必须属于的容器（默认：根据公钥查找）
help-cert-import-arg-usage = 证书必须属于的密钥对（默认：根据公钥查找）
help-cert-import-arg-force = 替换已有的证书
help-cert-export = 把证书写入文件或标准输出
help-cert-export-arg-usage = 两张证书中的哪一张
help-cert-export-arg-container = 容器（默认：唯一有该证书的容器）
help-cert-list = 列出 USBKEY 上的证书
help-cert-list-arg-expiring = 只列出在这么多天内到期的证书（如 90d）；有这样的证书时退出码为 1。只用于解密的已退役容器不计在内
help-cert-self-sign = 用签名密钥生成自签名证书
help-cert-self-sign-arg-subject = 主体和颁发者，例如 'C=CN,O=ACME,CN=ACME test'
help-cert-self-sign-arg-container = 签名密钥所在的容器（默认：唯一的容器）
help-cert-self-sign-arg-store = 存放到密钥旁；不替换已有的证书
help-cert-check = 检查 USBKEY 上的证书：密钥、有效期、用途，使用 --ca 时还检查证书链和吊销状态
help-cert-check-long =
    检查 USBKEY 上的证书：密钥、有效期、用途，使用 --ca 时还检查证书链和吊销状态

    有证书未通过检查时退出码为 13。
help-cert-check-arg-ca = 您信任的证书，或 ukey-ca 的状态目录
help-cert-check-arg-crl = 颁发者的吊销列表；每个颁发者可各给一个

# ---- enroll 等，与 CA 有关的命令 ----

help-enroll = 向 CA 申请签名证书和加密证书
help-enroll-long =
    向 CA 申请签名证书和加密证书。

    在 USBKEY 内生成签名密钥（已有则使用），把请求交给 CA，导入 CA 产生的加密密钥和两张证书，全部读回核对，并试做签名和解密。任何一步中断后都可以再次运行，从中断处继续。

    使用 --ca 时，CA 就是该目录中的 ukey-ca；目录中没有时会新建测试 CA，它签发的证书只能用于测试。
help-enroll-arg-ca = ukey-ca 的状态目录：一次运行完成请求和应答；首次使用时在其中新建测试 CA
help-enroll-arg-container = 使用的容器；不存在时创建
help-renew = 在证书到期之前换发新证书（延期、更新）
help-renew-long =
    在证书到期之前换发新证书。

    默认同时更换密钥：先在新的容器中生成，经核对和试用后才启用。旧容器会保留，用于解密此前加密的文件。使用 --same-key 时只换发证书。

    在递交投标文件之后、开标之前请不要办理，除非确定开标时使用这把 USBKEY。任何一步中断后都可以再次运行，从中断处继续；在此之前旧密钥一直可用。
help-renew-notes =
    示例：
      ukey-admin renew --ca ./ca
      ukey-admin renew --same-key --request renew.json     把请求交给 CA，然后运行
      ukey-admin renew --same-key --answer renew.answer
help-renew-arg-early = 即使证书还有 90 天以上才到期也办理
help-renew-arg-container = 要延期的容器（默认：正在使用的容器）
help-recover = 取回由 CA 托管的加密密钥，用于解密（密钥恢复）
help-recover-notes =
    示例：
      ukey-admin recover --ca ./ca --about 5B07… --officer-key ann.key --officer-key bob.key
      ukey-admin recover --about 5B07… --request recover.json

    把 CA 托管的加密密钥恢复到这把 USBKEY 上，用于解密。USBKEY 上须有同一持有者的证书（见 replace），
    CA 一方须有两名管理员。
help-recover-arg-about = 要恢复其密钥的加密证书的序列号
help-recover-arg-officer-key = 使用 --ca 时：管理员的密钥文件，须给出两个
help-recover-arg-container = 正在使用的容器（默认：唯一的容器）
help-replace = USBKEY 丢失或损坏后，在新的 USBKEY 上重新领取证书（补办）
help-replace-notes =
    示例：
      ukey-admin replace --ca ./ca --about 4A31C0… --why lost --subject 'C=CN,O=ACME,CN=ACME tenders'

    为这把 USBKEY 签发证书，代替丢失或损坏的那一把；那一把上的证书立即作废。加密给它的文件见 recover。
help-replace-arg-about = 丢失的 USBKEY 上签名证书的序列号
help-replace-arg-subject = 该证书的主体名称
help-replace-arg-why = 补办的原因
help-replace-arg-container = 使用的容器；不存在时创建
help-change = 以新的名称换发证书（变更）
help-change-notes =
    示例：
      ukey-admin change --ca ./ca --subject 'C=CN,O=ACME Holding,CN=ACME Holding tenders'

    与 renew 相同，但使用新的名称；由 CA 核实。
help-change-arg-subject = 新的名称
help-change-arg-container = 要变更的容器（默认：正在使用的容器）
help-revoke = 作废证书（注销）
help-end-notes =
    示例：
      ukey-admin revoke --ca ./ca --why closed              这把 USBKEY 上的证书
      ukey-admin hold --ca ./ca --about 4A31C0…             不在手边的 USBKEY 上的证书
      ukey-admin revoke --why closed --request revoke.json

    一把 USBKEY 上的两张证书同时处理。使用 --about 时由 CA 的操作员负责核实。
help-revoke-notes = { help-end-notes }
help-hold-notes = { help-end-notes }
help-unhold-notes = { help-end-notes }
help-arg-about = 签名证书的序列号，用于 USBKEY 不在手边时
help-revoke-arg-container = 容器（默认：正在使用的容器）
help-hold = 暂停使用证书（冻结）
help-hold-arg-container = 容器（默认：正在使用的容器）
help-unhold = 恢复使用证书（解冻）
help-unhold-arg-container = 容器（默认：正在使用的容器）
help-status = 向 CA 查询 USBKEY 上证书的状态
help-status-notes =
    示例：
      ukey-admin status --ca ./ca

    显示 CA 所知的 USBKEY 上证书的状态。不需要口令。
help-status-arg-ca = ukey-ca 的状态目录

# ---- batch ----

help-batch = 按表格批量制作 USBKEY
help-batch-run = 按表格制作 USBKEY：初始化、密钥、证书、印章、口令函
help-batch-run-long =
    按表格制作 USBKEY：初始化、密钥、证书、印章、口令函

    每把插入的空白 USBKEY 对应表格中的一行，多把同时制作。中断后再次运行即从中断处继续，任何一行、任何一把 USBKEY 都不会重复制作。还没有 USBKEY 的行等待下一次运行，或用 --wait 等待。

    表格是带表头的 UTF-8 编码 CSV：必须有 id 和 subject，可以有 label、serial（该行只用于这把 USBKEY）和 seal（要写入的印章文件）。
help-batch-run-notes =
    示例：
      ukey-admin batch run keys.csv --out produced --ca ./ca --dry-run
      ukey-admin batch run keys.csv --out produced --ca ./ca --so-pin-source file:so.pin --wait 600
      ukey-admin batch run keys.csv --out produced --ca ./ca --profile acme.toml

    配置文件（各行都可省略）：
      {"["}application]
      name = 'UKEY'
      pin_tries = 6
      so_pin_tries = 10
      {"["}pin]
      length = 8
      {"["}certificate]
      container = 'main'
      days = 365
      {"["}letter]
      title = 'ACME 投标 USBKEY'
      sender = 'ACME 电子认证服务'

    在输出目录中生成：letters/ID.html、reports/SERIAL.json、journal.jsonl。口令函中有口令：
    打印后请销毁。有的行没有制作完成时退出码为 14。
help-batch-run-arg-table = 要制作的 USBKEY 的表格
help-batch-run-arg-out = 存放口令函、报告和日志的目录；继续时请用同一目录
help-batch-run-arg-ca = ukey-ca 的状态目录
help-batch-run-arg-profile = 所有 USBKEY 共用的配置文件
help-batch-run-arg-parallel = 同时制作的 USBKEY 数量
help-batch-run-arg-wait = 还有未完成的行时，等待插入更多 USBKEY 的秒数
help-batch-run-arg-release = 放弃该行的 USBKEY（已损坏或丢失），用另一把重新制作
help-batch-run-arg-dry-run = 检查表格、配置和 CA，显示将会做什么，不做任何改动
help-batch-status = 显示哪些已制作完成，哪些没有
help-batch-status-arg-out = batch run 的输出目录

# ---- file: sign, verify, encrypt, decrypt, digest ----

help-file = 对文件签名、验签、加密、解密和计算摘要；file 可以省略
help-sign = 对文件签名
help-sign-notes =
    示例：
      ukey-admin sign tender.pdf                           签名与文件分开，GB/T 35275：tender.pdf.p7s
      ukey-admin sign tender.pdf --attached                签名中包含文件：tender.pdf.p7m
      ukey-admin sign tender/*.pdf                         只输入一次口令；有失败时退出码为 14
      ukey-admin sign tender.pdf --format raw-der -o tender.sig
      openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 \
          -certin -inkey cert.pem -in tender.pdf -sigfile tender.sig
help-sign-arg-inputs = 要签名的文件，只输入一次口令；- 表示标准输入
help-sign-arg-format = 签名的格式（默认：SM2 密钥为 gm，RSA 密钥为 cms）
help-sign-arg-format-value-gm = GB/T 35275（GM/T 0010）的签名数据，用于 SM2 密钥
help-sign-arg-format-value-cms = RFC 5652（CMS，PKCS#7）的签名数据，用于 SM2 和 RSA 密钥
help-sign-arg-format-value-raw = 裸签名：SM2 的 r‖s（64 字节），或使用 SHA-256 的 PKCS#1 v1.5
help-sign-arg-format-value-raw-der = 裸签名，DER 编码的 SEQUENCE (r, s)，只用于 SM2
help-sign-arg-attached = 把文件放入签名之中
help-sign-arg-container = 签名密钥所在的容器（默认：唯一的容器）
help-verify = 验证签名
help-verify-notes =
    示例：
      ukey-admin verify tender.pdf                          签名在 tender.pdf.p7s 中
      ukey-admin verify tender.pdf --ca ./test-ca           同时判断签名者是否可信
      ukey-admin verify tender/*.pdf --ca ./ca              多个文件；有一个不通过也不影响其他文件
      ukey-admin verify tender.pdf.p7m --output tender.pdf  验证通过后取出原文件
      ukey-admin verify tender.pdf --signature t.sig --certificate cert.pem

    不需要 USBKEY。退出码：0 通过，13 不通过（多个文件时为至少一个），14 多个文件中有的无法验证。
help-verify-arg-inputs = 已签名的文件，或包含文件的签名；- 表示标准输入
help-verify-arg-signature = 文件的签名（默认：FILE.p7s 或 FILE.sig，如果有）
help-verify-arg-ca = 您信任的证书（PEM 或 DER，一个文件中可有多张，可多次给出），或测试 CA 的目录；不给出则只显示签名者，不判断是否可信
help-verify-arg-certificate = 签名者的证书，用于裸签名
help-verify-arg-output = 验证通过后，从包含文件的签名中取出原文件，写到这里
help-encrypt = 用一张或多张证书加密文件
help-encrypt-notes =
    示例：
      ukey-admin encrypt tender.pdf                        加密给 USBKEY 自己：tender.pdf.enc
      ukey-admin encrypt tender.pdf --recipient main.pem --recipient spare.pem
      tar c tender/ | ukey-admin encrypt - --recipient main.pem -o tender.tar.enc

    每个接收者都可以单独解密。不需要口令。文件再大，占用的内存也不变。
help-encrypt-arg-inputs = 要加密的文件；- 表示标准输入
help-encrypt-arg-recipient = 接收者的加密证书，PEM 或 DER（默认：USBKEY 自己的证书）
help-encrypt-arg-to-self = 同时加密给 USBKEY 自己
help-encrypt-arg-container = 自己的加密证书所在的容器（默认：唯一的容器）
help-encrypt-arg-format = 数字信封采用的标准
help-encrypt-arg-format-value-gm = GB/T 35275（GM/T 0010）的数字信封
help-encrypt-arg-format-value-cms = RFC 5652（CMS，PKCS#7）的数字信封
help-decrypt = 解密文件
help-decrypt-notes =
    示例：
      ukey-admin decrypt tender.pdf.enc                    生成 tender.pdf
      ukey-admin decrypt tender.pdf.enc --output copy.pdf
      ukey-admin decrypt tender.tar.enc -o - | tar x

    会自动在所有容器中找到正确的密钥对。整个文件检查完毕之后输出文件才会出现；在此之前看不到任何内容，
    被改动过的文件不会留下输出。输出文件只有您本人可以读取（权限 0600）。
help-decrypt-arg-inputs = 要解密的文件，只输入一次口令；- 表示标准输入
help-decrypt-arg-require-integrity = 拒绝没有完整性校验的文件（其他软件会生成这样的文件）
help-digest = 计算文件的摘要（SM3 等），或核对摘要列表
help-digest-notes =
    示例：
      ukey-admin digest tender.pdf                         SM3，格式与 sm3sum 相同
      ukey-admin digest tender/*.pdf > SM3SUMS
      ukey-admin digest --check SM3SUMS
      ukey-admin digest --algorithm sha256 --tag tender.pdf
      sha256sum *.pdf | ukey-admin digest --algorithm sha256 --check -

    不需要 USBKEY。列表与 sm3sum、sha256sum 等程序的相同，可带或不带 --tag；其中的文件名相对于当前目录。
    --check 的退出码：0 全部一致，13 有不一致，14 有的文件无法读取。
help-digest-arg-inputs = 文件，使用 --check 时为摘要列表；- 表示标准输入
help-digest-arg-algorithm = 摘要算法；带 --tag 生成的列表自己写明了算法
help-digest-arg-algorithm-value-sm3 = SM3，GB/T 32905
help-digest-arg-algorithm-value-sha256 = SHA-256
help-digest-arg-algorithm-value-sha384 = SHA-384
help-digest-arg-algorithm-value-sha512 = SHA-512
help-digest-arg-algorithm-value-sha3-256 = SHA3-256
help-digest-arg-algorithm-value-sha3-384 = SHA3-384
help-digest-arg-algorithm-value-sha3-512 = SHA3-512
help-digest-arg-check = 读取摘要列表，核对其中的文件
help-digest-arg-tag = 同时写出摘要算法的名称：SM3 (tender.pdf) = 66c7…

# ---- seal ----

help-seal = 存放、列出和导出电子印章（原样）
help-seal-store = 原样存放电子印章或其图片
help-seal-store-arg-input = 要存放的文件
help-seal-store-arg-name = 在 USBKEY 上的名称，最多 24 个字母和数字
help-seal-list = 列出印章
help-seal-export = 把印章写入文件
help-seal-export-arg-name = 在 USBKEY 上的名称
help-seal-delete = 删除印章
help-seal-delete-arg-name = 在 USBKEY 上的名称

# ---- doctor, watch, config, apdu ----

help-doctor = 查找故障，并给出处理办法
help-doctor-notes =
    示例：
      ukey-admin doctor
      ukey-admin --json doctor | jq '.data.checks[] | select(.status != "ok")'
      ukey-admin doctor --decrypt tender.pdf.enc          开标之前运行
      ukey-admin doctor --self-test                       实际试做签名和解密；需要口令
      ukey-admin doctor --ca root.pem --crl ca.crl        证书是否可信、是否已吊销
      ukey-admin doctor --bundle report.json              提供给技术支持；不含机密

    不使用 --self-test 时不询问口令，也不消耗重试次数。退出码：0 一切正常，1 有警告，2 有失败。
help-doctor-arg-decrypt = 判断哪一对密钥能解密该文件
help-doctor-arg-ca = 您信任的证书，或 ukey-ca 的状态目录；用来核对 USBKEY 上的证书
help-doctor-arg-crl = 颁发者的吊销列表；每个颁发者可各给一个
help-doctor-arg-self-test = 试用随机数，并用每个容器试做签名和解密；需要口令
help-doctor-arg-bundle = 把报告、系统信息和日志中的警告写入该文件；文件须不存在
help-doctor-arg-root = 在该目录下查找设备、驱动和登记信息：用于检查另一系统的文件
help-watch = 报告 USBKEY 的插拔；与 device watch 相同
help-policy = 显示 USBKEY 的限制，显示和设置本机对新口令的要求
help-policy-show = 显示 USBKEY 的限制，以及本机对新口令的要求
help-policy-set = 在用户的配置文件中设置本机对新口令的要求
help-policy-set-long =
    在用户的配置文件中设置本机对新口令的要求

    ukey-admin 设置的每个口令都须符合要求；有多个配置文件时以最严格的为准。USBKEY 本身不保存这种规则，其他程序也不一定遵守。USBKEY 保存的是连续输错多少次锁定，在创建应用时确定（GM/T 0017）：见 device init 和 app create。
help-policy-set-notes =
    示例：
      ukey-admin policy set --pin-min-length 8 --pin-longest-run 3
      ukey-admin policy set --pin-longest-run any
      ukey-admin policy set --pin-min-length 8 --file /etc/ukey/ukey.toml      对所有用户生效
help-policy-set-arg-file = 要写入的配置文件（默认：用户的配置文件）；不存在时创建
help-policy-set-arg-dry-run = 显示将会写入的内容，不做任何改动
help-arg-pin-min-length = 新口令的最少字节数，6 至 16
help-arg-pin-longest-run = 新口令中相同或连续字符（如 1111、1234、4321）的最多个数：1 至 15，或 any 表示不限
help-config = 显示和检查配置
help-config-show = 显示实际生效的配置（已包含配置文件和环境变量）
help-config-check = 检查指定的配置文件，或在本机生效的配置文件
help-config-check-arg-file = 要检查的文件（默认：对本机和当前用户生效的全部配置文件）
help-apdu = 原样发送命令 APDU
help-apdu-notes =
    示例：
      ukey-admin apdu --developer 80040000 00B00000

    命令会原样依次发送给 USBKEY，可能破坏其中的内容。
help-apdu-arg-developer = 确认发送未经检查的字节
help-apdu-arg-commands = 十六进制的命令 APDU

# ---- completions, man-pages, skf, version ----

help-completions = 输出 shell 的补全脚本
help-completions-arg-shell = 哪一种 shell
help-man-pages = 生成手册页，每个命令一页
help-man-pages-arg-directory = 存放手册页的目录；不存在时创建
help-skf = 查看 SKF 库，并按 GM/T 0016 检查
help-skf-probe = 显示 SKF 库导出的函数，以及与 GM/T 0016 的差异
help-skf-probe-long =
    显示 SKF 库导出的函数，以及与 GM/T 0016 的差异

    不做任何改动，不需要口令。库在单独的进程中运行，崩溃也会作为结果报告。
help-arg-library = SKF 库文件
help-skf-probe-arg-deadline = 这么多秒后放弃
help-skf-test = 按 GM/T 0016 逐项检查 SKF 库
help-skf-test-long =
    按 GM/T 0016 逐项检查 SKF 库

    默认只做不产生改动的检查。给出 --application 和 --pin-source 时，允许在该应用中使用检查自己的容器和文件；给出 --write 时，允许创建检查自己的应用（UKEYTEST），为此需要设备认证密钥（配置中的密钥，否则为出厂密钥）。检查后会清除创建的内容。
help-skf-test-notes =
    示例：
      ukey-admin skf test libskf.so
      ukey-admin skf test libskf.so --application TENDER --pin-source file:user.pin
      ukey-admin --json skf test libskf.so --write | jq '.data.cases[] | select(.verdict == "failed")'

    退出码：0 全部通过，2 有失败。
help-skf-test-arg-device = 使用该设备检查（默认：第一个存在的设备）
help-skf-test-arg-write = 在设备上创建应用，使用后删除
help-skf-test-arg-ulong-bits = 库中 ULONG 的宽度（默认：自动判断）
help-skf-test-arg-ulong-bits-value-32 = 标准规定的宽度
help-skf-test-arg-ulong-bits-value-64 = 64 位 Unix 的 unsigned long
help-skf-test-arg-packing = 库中结构体的对齐方式（默认：自动判断）
help-skf-test-arg-packing-value-one = 紧凑排列，没有空隙
help-skf-test-arg-packing-value-natural = 按编译器默认对齐
help-skf-test-arg-deadline = 每一项检查在这么多秒后放弃
help-version = 显示版本
